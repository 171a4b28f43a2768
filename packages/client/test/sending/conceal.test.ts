/** In the names of these tests, a value is the value of a secret header. */
import { assert, describe, it } from "@effect/vitest"
import * as conceal from "../../src/sending/conceal.ts"

const concealing = (value: string, name = "kalshi-access-signature") => conceal.make({ [name]: value })

const value = "AbCd+FgHiJ/LmNoPqRsTuVwXyZ=="

describe("conceal.make", () => {
  it("changes nothing if there are no headers, or no secret header", () => {
    for (const headers of [
      undefined,
      {},
      { accept: "application/json", "content-type": "application/json", "user-agent": "a-program/1.0" },
      { "kalshi-access-key": "", authorization: "", cookie: undefined }
    ]) {
      assert.strictEqual(conceal.make(headers)("application/json a-program/1.0 x"), "application/json a-program/1.0 x")
    }
  })

  it("replaces every occurrence of a value, and nothing else", () => {
    const hide = concealing(value)
    assert.strictEqual(hide(value), "<redacted>")
    assert.strictEqual(hide(`a${value}b${value}${value}c`), "a<redacted>b<redacted><redacted>c")
    assert.strictEqual(hide(`n\\n${value}\\n`), "n\\n<redacted>\\n")
    assert.strictEqual(hide(""), "")
  })

  it("replaces long prefixes of a value, and keeps short prefixes and other text", () => {
    const hide = concealing(value)
    assert.strictEqual(hide(`<${value.slice(0, 16)}>`), "<<redacted>>")
    for (const text of [
      value.slice(0, 15),
      value.slice(1),
      value.replace("+", "x"),
      value.replace("i", " "),
      `${value.slice(0, 8)}-${value.slice(9, 15)}`
    ]) {
      assert.strictEqual(hide(`<${text}>`), `<${text}>`)
    }
  })

  it("replaces a value that is split by a line break at any position", () => {
    for (let at = 1; at < value.length; at++) {
      for (const wrap of ["\n", "\r\n", "\\n", "\\r\\n", "\\\\n", "\n\t", "%0A", "%0d%0a", "&#10;"]) {
        const wrapped = `<${value.slice(0, at)}${wrap}${value.slice(at)}>`
        assert.strictEqual(concealing(value)(wrapped), "<<redacted>>", JSON.stringify(wrapped))
      }
    }
  })

  it("replaces a value that is escaped, in another case, or in the other base64 alphabet", () => {
    for (const written of [
      value.toLowerCase(),
      value.toUpperCase(),
      value.replace("+", "-").replace("/", "_"),
      value.replace("+", " "),
      ...[
        "%2B",
        "%2b",
        "%252B",
        "\\u002b",
        "\\u002B",
        "\\x2b",
        "\\+",
        "&#x2b;",
        "&#x2B;",
        "&#43;",
        "&plus;",
        "&PLUS;"
      ].map((plus) => value.replace("+", plus)),
      value.replace("/", "&sol;").replaceAll("=", "&equals;")
    ]) {
      assert.strictEqual(concealing(value)(`<${written}>`), "<<redacted>>", written)
    }
    const odd = 'secret<a>&"b-\uffff-more'
    assert.strictEqual(concealing(odd)("secret&lt;a&gt;&amp;&quot;b-&#xffff;-more"), "<redacted>")
    const other = value.replace("+", "-").replace("/", "_")
    assert.strictEqual(concealing(other)(`<${value}>`), "<<redacted>>")
  })

  it("keeps the space before a value, even if another value begins with a plus sign", () => {
    const hide = conceal.make({ "kalshi-access-signature": "+bcdefghijk", "kalshi-access-key": "secret-key" })
    assert.strictEqual(hide("x secret-key"), "x <redacted>")
  })

  it("treats percent signs, backslashes and ampersands that escape nothing as plain text", () => {
    for (const odd of [
      "secret%zz-and-more",
      "secret&none;and-more",
      "secret&and%2-more",
      "secret&#x110000;more",
      "secret&#x10000;more"
    ]) {
      assert.strictEqual(concealing(odd)(`<${odd}>`), "<<redacted>>", odd)
    }
    assert.strictEqual(concealing(value)(`100%${value}&${value}\\`), "100%<redacted>&<redacted>\\")
  })

  it("replaces a value of less than eight characters only as a whole word", () => {
    assert.strictEqual(
      concealing("key-abc")("key-abc, key-abcd, xkey-abc, (key-abc)"),
      "<redacted>, key-abcd, xkey-abc, (<redacted>)"
    )
    assert.strictEqual(concealing("key-abcd")("key-abcd, key-abcde, xkey-abcd"), "<redacted>, <redacted>e, x<redacted>")
  })

  it("replaces a value of two characters, but not a value of one character", () => {
    assert.strictEqual(concealing("ab")("ab, abc, xab"), "<redacted>, abc, xab")
    assert.strictEqual(concealing("a")("a, ab"), "a, ab")
  })

  it("keeps the value of a header whose name contains the exchange's prefix, but not at its start", () => {
    assert.strictEqual(concealing("not-secret", "x-kalshi-access-id")("not-secret"), "not-secret")
  })

  it("keeps a number after a JSON key and at most six spaces, and replaces it everywhere else", () => {
    const hide = concealing("1790000000123", "kalshi-access-timestamp")
    for (const text of [
      '":1790000000123}',
      '{"":1790000000123}',
      '{"a": 1790000000123}',
      '{"ts_ms":      1790000000123}',
      '{"ts_ms":\n  1790000000123}'
    ]) {
      assert.strictEqual(hide(text), text)
    }
    for (const text of [
      "1790000000123",
      ":1790000000123",
      '"1790000000123"',
      "at: 1790000000123",
      '{"a":-1790000000123}',
      '{"ts_ms":       1790000000123}',
      "[1,1790000000123]"
    ]) {
      assert.strictEqual(hide(text), text.replace("1790000000123", "<redacted>"))
    }
  })

  it("replaces a value that only starts or ends with digits, even in JSON", () => {
    for (const key of ["12345678-key", "key-12345678"]) {
      assert.strictEqual(concealing(key)(`{"a":${key}}`), '{"a":<redacted>}')
    }
  })

  it("replaces each part of a credential separately", () => {
    const bearer = concealing("Bearer abcdefgh", "authorization")
    assert.strictEqual(bearer("Bearer abcdefgh; token=abcdefgh"), "Bearer <redacted>; token=<redacted>")
    assert.strictEqual(concealing("Bearer abcdefg", "authorization")("Bearer abcdefg"), "Bearer abcdefg")
    const cookie = concealing("session=01234567; a=b", "cookie")
    assert.strictEqual(cookie("session=01234567; a=b"), "<redacted>; a=b")
    assert.strictEqual(cookie("x01234567"), "x<redacted>")
    assert.strictEqual(cookie("session=, =01234567"), "session=, =<redacted>")
    const basic = concealing("Basic dXNlcjpwYXNzd29yZA==", "proxy-authorization")
    assert.strictEqual(basic("Basic dXNlcjpwYXNzd29yZA=="), "Basic <redacted>")
  })

  it("replaces the longest value if several values start at the same position", () => {
    const hide = conceal.make({ "kalshi-access-key": "abcdefgh", "kalshi-access-signature": "abcdefghijkl" })
    assert.strictEqual(hide("abcdefghijkl abcdefgh"), "<redacted> <redacted>")
  })

  it("truncates by the length of the original text, and never within a value", () => {
    const hide = concealing(value)
    const text = `0123${value}6789`
    const cuts = [0, 1, 4, 5, 4 + value.length - 1, 4 + value.length, 4 + value.length + 1, 1_000]
    assert.deepStrictEqual(
      cuts.map((limit) => hide(text, limit)),
      ["", "0", "0123", ...[5, 6, 7].map(() => "0123<redacted>"), "0123<redacted>6", "0123<redacted>6789"]
    )
  })
})

describe("conceal.inJson", () => {
  it("conceals strings and keys at every depth, and keeps everything else", () => {
    const json = JSON.parse(
      `{"a":["${value}",1,null,true,{"${value}":"x${value}"}],"__proto__":{"b":"${value}"},"c":false}`
    ) as unknown
    assert.strictEqual(
      JSON.stringify(conceal.inJson(concealing(value), json)),
      '{"a":["<redacted>",1,null,true,{"<redacted>":"x<redacted>"}],"__proto__":{"b":"<redacted>"},"c":false}'
    )
    for (const plain of [undefined, null, 7, true]) assert.strictEqual(conceal.inJson(concealing(value), plain), plain)
  })
})
