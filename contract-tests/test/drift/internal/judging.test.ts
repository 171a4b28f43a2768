import { assert, describe, it } from "@effect/vitest"
import { collector, type ClientOf, type Root } from "../../../src/drift/internal/judging.ts"
import type { Difference } from "../../../src/drift/internal/difference.ts"
import type { Json } from "../../../src/judge/JsonSchema.ts"

const accepted = () => ({ valid: true }) as const

const refusedAt = (pointer: string) => () =>
  ({ valid: false, pointers: [pointer], violations: [{ pointer, keyword: "type", message: "is wrong" }] }) as const

/**
 * The two documents of a response. Only the new document allows null at `/list`, so `{ list: null }` is a witness of
 * the change.
 */
const root = (client: ClientOf): Root => ({
  part: "response",
  subject: "Get",
  old: refusedAt("/list"),
  new: accepted,
  client,
  sent: undefined,
  isDeclared: () => false,
  pointerOf: () => "/components/schemas/Thing/properties/list"
})

const nullable: Difference = {
  kind: "nullable",
  location: "/list",
  pointer: "/list",
  schemas: { old: { type: "array" }, new: { type: ["array", "null"] } },
  isInside: false,
  detail: "the value can be null",
  grown: () => ({ list: null }),
  shrunk: undefined
}

const judged = (client: ClientOf, difference: Difference = nullable) => {
  const collect = collector()
  collect.judge(root(client), difference)
  return collect.result().findings.map((finding) => [finding.class, finding.verdict])
}

const passingOn =
  (kept: Json): ClientOf =>
  () => ({ ok: true, kept })

/** The two documents of a request. Only the old document allows the value 10 at `/count`. */
const request = (client: ClientOf, sent: Root["sent"]): Root => ({
  ...root(client),
  part: "request",
  old: accepted,
  new: refusedAt("/count"),
  sent
})

const tightened: Difference = {
  ...nullable,
  kind: "constraint-tightened",
  location: "/count",
  pointer: "/count",
  detail: "maximum 10 → 5",
  grown: undefined,
  shrunk: () => ({ count: 10 })
}

const judgedRequest = (client: ClientOf, sent: Root["sent"]) => {
  const collect = collector()
  collect.judge(request(client, sent), tightened)
  return collect.result().findings.map((finding) => [finding.class, finding.verdict])
}

describe("judge, for a difference between requests", () => {
  const allows: ClientOf = () => ({ ok: true })
  const breaking = [["breaking", "sends a request that is refused"]]
  const additive = [["additive", "unaffected"]]

  it("classifies a tighter bound as breaking if the client sends a value that the bound excludes", () => {
    assert.deepStrictEqual(judgedRequest(allows, undefined), breaking)
    assert.deepStrictEqual(
      judgedRequest(allows, () => "refused"),
      breaking
    )
  })

  it("classifies a tighter bound as additive if the client rejects, omits or corrects a value that the bound excludes", () => {
    const rejects: ClientOf = () => ({ ok: false, pointers: ["/count"] })
    assert.deepStrictEqual(judgedRequest(rejects, undefined), additive)
    assert.deepStrictEqual(
      judgedRequest(rejects, () => "refused"),
      additive
    )
    for (const answer of ["not sent", "valid"] as const) {
      assert.deepStrictEqual(
        judgedRequest(allows, () => answer),
        additive
      )
    }
  })
})

describe("judge, for a difference between responses", () => {
  it("compares the witness with the value that the client returns", () => {
    assert.deepStrictEqual(judged(passingOn({ list: null })), [["additive", "unaffected"]])
    assert.deepStrictEqual(judged(passingOn({ list: "none" })), [["breaking", "loses information"]])
    assert.deepStrictEqual(judged(passingOn({})), [["breaking", "loses information"]])
  })

  it("accepts that a client returns an empty list instead of null", () => {
    assert.deepStrictEqual(judged(passingOn({ list: [] })), [["additive", "unaffected"]])
    assert.deepStrictEqual(judged(passingOn({ list: [1] })), [["breaking", "loses information"]])
  })

  it("counts a rejection only if its pointer concerns the changed place", () => {
    const rejecting =
      (...pointers: ReadonlyArray<string>): ClientOf =>
      () => ({ ok: false, pointers })
    assert.deepStrictEqual(judged(rejecting("/list")), [["breaking", "refuses"]])
    assert.deepStrictEqual(judged(rejecting("/list/0/a")), [["breaking", "refuses"]])
    assert.deepStrictEqual(judged(rejecting("")), [["breaking", "refuses"]])
    assert.deepStrictEqual(judged(rejecting("/listing", "/other")), [["additive", "unaffected"]])
  })

  it("decides about a change of a shared schema as soon as one operation has a witness", () => {
    const collect = collector()
    const client = passingOn({ list: null })
    collect.judge(root(client), { ...nullable, grown: () => undefined })
    assert.lengthOf(collect.result().undecided, 1)
    collect.judge({ ...root(client), subject: "List" }, nullable)
    const { findings, undecided } = collect.result()
    assert.deepStrictEqual([findings.map(({ subject }) => subject), undecided], [["List"], []])
  })

  it("has no finding if another variant in the old document also allows the witness", () => {
    const collect = collector()
    collect.judge({ ...root(passingOn({ list: null })), old: accepted }, nullable)
    assert.deepStrictEqual(collect.result(), { findings: [], undecided: [] })
  })

  it("has no finding for a member that another variant declares", () => {
    const differences = [
      { ...nullable, kind: "field-added", detail: "an optional field was added" },
      { ...nullable, kind: "field-removed", detail: "the optional field was removed" }
    ] as const
    for (const side of ["old", "new"] as const) {
      const collect = collector()
      const isDeclared: Root["isDeclared"] = (_, at) => at === side
      for (const difference of differences) {
        collect.judge({ ...root(passingOn({})), isDeclared }, difference)
      }
      assert.deepStrictEqual(
        collect.result().findings.map(({ kind }) => kind),
        [side === "old" ? "field-removed" : "field-added"]
      )
    }
  })

  it("reports two findings if two operations have different verdicts", () => {
    const collect = collector()
    collect.judge(root(passingOn({ list: null })), nullable)
    collect.judge({ ...root(() => ({ ok: false, pointers: ["/list"] })), subject: "List" }, nullable)
    assert.deepStrictEqual(
      collect.result().findings.map(({ others, subject, verdict }) => [subject, verdict, others.length]),
      [
        ["Get", "unaffected", 0],
        ["List", "refuses", 0]
      ]
    )
  })
})
