import { assert, describe, it } from "@effect/vitest"
import * as Conformance from "../../src/judge/Conformance.ts"
import { resolver } from "../../src/judge/JsonSchema.ts"
import * as Messages from "../../src/operations/Messages.ts"
import * as FeedDocument from "../../src/reference/FeedDocument.ts"
import { line } from "./support/client.ts"

const feed = FeedDocument.load()
const conformance = Conformance.make(resolver(feed.document))

describe("messages of the feed", { timeout: 60_000 }, () => {
  for (const kind of Messages.messages(feed)) {
    it(`${kind.name}: decodes every valid message, refuses every violation at its pointer, keeps every value`, () => {
      const report = Messages.hold(kind, conformance)
      assert.deepStrictEqual(report.failures.map(line), [])
      assert.isTrue(report.passed)
      for (const check of ["completeness", "precision", "round-trip", "tolerance"] as const) {
        assert.isAbove(report.checks[check].run, 0, `${check} must have run`)
      }
    })
  }
})

describe("commands of the feed", { timeout: 60_000 }, () => {
  for (const kind of Messages.commands(feed)) {
    it(`${kind.name}: is sent unchanged if valid, and refused at its pointer if not`, () => {
      const report = Messages.holdCommand(kind, conformance)
      assert.deepStrictEqual(report.failures.map(line), [])
      assert.isTrue(report.passed)
      for (const check of ["completeness", "precision", "round-trip"] as const) {
        assert.isAbove(report.checks[check].run, 0, `${check} must have run`)
      }
    })
  }
})
