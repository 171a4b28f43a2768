import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readBlock } from "../../src/internal/pem.ts"

const read = (text: string): unknown => Result.merge(readBlock(text))
const pem = (label: string, body = "AQID", end = label) => `-----BEGIN ${label}-----\n${body}\n-----END ${end}-----\n`
const noPem = (looksLike: string) => ({ _tag: "NoPem", looksLike })
const block = (label: string) => ({ label, der: Uint8Array.from([1, 2, 3]) })

describe("readBlock", () => {
  it("reads blocks with the labels of keys", () => {
    for (const label of ["PRIVATE KEY", "RSA PRIVATE KEY", "PUBLIC KEY"])
      assert.deepStrictEqual(read(pem(label)), block(label))
  })

  it("rejects other labels of 1 to 64 characters, and reports the label", () => {
    for (const label of ["A", "9", "SSH2 ENCRYPTED", "A".repeat(64)]) {
      assert.deepStrictEqual(read(pem(label)), { _tag: "UnsupportedFormat", label })
    }
    assert.deepStrictEqual(read(pem("A".repeat(65)).replaceAll("END", "FIN")), noPem("Text"))
    for (const label of ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]) {
      assert.deepStrictEqual(read(pem(label)), { _tag: "Certificate" })
    }
  })

  it("names the algorithm of a key that the exchange does not accept", () => {
    for (const algorithm of ["EC", "DSA"]) {
      assert.deepStrictEqual(read(pem(`${algorithm} PRIVATE KEY`)), { _tag: "UnsupportedAlgorithm", algorithm })
    }
  })

  it("requires an END line with the same label", () => {
    const others = { _tag: "Malformed", problem: "its BEGIN and END lines have different labels" }
    for (const end of ["A", "9", "PRIVATE KE", "A".repeat(64)])
      assert.deepStrictEqual(read(pem("PRIVATE KEY", "AQID", end)), others)
    assert.deepStrictEqual(read(pem("PRIVATE KEY", "AQID", "A".repeat(65))), {
      _tag: "Truncated",
      problem: "its END line is missing"
    })
  })

  it("ignores a PARAMETERS block next to a key, but rejects such a block alone", () => {
    for (const label of ["EC PARAMETERS", "DSA PARAMETERS", "DH PARAMETERS"]) {
      assert.deepStrictEqual(read(pem(label) + pem("PRIVATE KEY")), block("PRIVATE KEY"))
      assert.deepStrictEqual(read(pem(label)), { _tag: "UnsupportedFormat", label })
      assert.deepStrictEqual(read(pem(label) + pem("PRIVATE KEY") + pem("PUBLIC KEY")), {
        _tag: "SeveralBlocks",
        labels: ["PRIVATE KEY", "PUBLIC KEY"]
      })
    }
  })

  it("requires complete base64 with at most two padding characters", () => {
    assert.deepStrictEqual(read(pem("PRIVATE KEY", "AQ==")), { label: "PRIVATE KEY", der: Uint8Array.from([1]) })
    assert.deepStrictEqual(read(pem("PRIVATE KEY", " A\tQ I\nD ")), block("PRIVATE KEY"))
    const other = { _tag: "Malformed", problem: "a character between its BEGIN and END lines is not base64" }
    for (const body of ["A===", "AQ==AQID", "AQ-D", "AQ_D", "AQ.D"])
      assert.deepStrictEqual(read(pem("PRIVATE KEY", body)), other)
    assert.deepStrictEqual(read(pem("PRIVATE KEY", "AQIDB")), {
      _tag: "Truncated",
      problem: "its base64 is incomplete"
    })
    assert.deepStrictEqual(read(pem("PRIVATE KEY", "")), {
      _tag: "Truncated",
      problem: "there is nothing between its BEGIN and END lines"
    })
  })

  it("recognizes encryption in each format", () => {
    for (const label of ["RSA PRIVATE KEY", "PRIVATE KEY", "PUBLIC KEY"]) {
      assert.deepStrictEqual(read(pem(label, "Proc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAQID")), { _tag: "Encrypted" })
    }
    assert.deepStrictEqual(read(pem("ENCRYPTED PRIVATE KEY")), { _tag: "Encrypted" })
  })

  it("reports the probable format of a text without a block", () => {
    for (const [text, looksLike] of [
      ["", "Empty"],
      [" \r\n\t", "Empty"],
      ["{}", "Json"],
      ["a\u0000b\u0000c\u0000", "Text"],
      // One of three characters is NUL. In UTF-16, every second character would be NUL.
      ["ab\u0000", "Binary"],
      ["abc\u0000", "Binary"],
      ["\u0008", "Binary"],
      ["\u000e", "Binary"],
      ["\u001f", "Binary"],
      ["a\ufffd", "Binary"],
      ["a\tb", "Text"],
      ["a\u000bb\u000c", "Text"],
      [`M${"A".repeat(59)}`, "BareBase64"],
      [`M${"A".repeat(58)}`, "Text"],
      [`N${"A".repeat(59)}`, "Text"],
      ["/key", "FilePath"],
      ["~/key", "FilePath"],
      ["./key", "FilePath"],
      ["../key", "FilePath"],
      [".../key", "Text"],
      ["\\\\server\\key", "FilePath"],
      ["c:/key", "FilePath"],
      ["kalshi.PEM", "FilePath"],
      ["kalshi.pem.bak", "Text"],
      ["pem", "Text"],
      [`/${"a".repeat(1022)}`, "FilePath"],
      [`/${"a".repeat(1023)}`, "Text"],
      ["/key\nof mine", "Text"],
      ["-----END PRIVATE KEY", undefined]
    ] as const) {
      assert.deepStrictEqual(
        read(text),
        looksLike === undefined ? { _tag: "Truncated", problem: "its BEGIN line is missing" } : noPem(looksLike),
        JSON.stringify(text)
      )
    }
  })
})
