/**
 * P16: the client decodes the messages of the feed and encodes its commands as the document defines.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Messages from "../operations/Messages.ts"
import * as FeedDocument from "../reference/FeedDocument.ts"
import * as Conformance from "../judge/Conformance.ts"
import { resolver } from "../judge/JsonSchema.ts"
import * as conforming from "./internal/conforming.ts"
import type { Outcome, TargetProperty, Settings } from "./Property.ts"

const id = "P16"

const feed = /*#__PURE__*/ FeedDocument.load()
const conformance = /*#__PURE__*/ Conformance.make(resolver(feed.document))
const kinds = /*#__PURE__*/ Messages.kindsOf(feed)

export const check = (target: string, { path, runs, seed }: Settings): Outcome => {
  const kind = kinds.find(({ name }) => name === target)
  if (kind === undefined) return { _tag: "Skipped", reason: "the document has no such message" }
  const options = { runs, seed, ...(path === undefined ? {} : { path }) }
  const report = Messages.checkKind(kind, conformance, options)
  return (
    conforming.outcomeOf({ id, target, seed, checks: Messages.checks(kind) }, report) ?? {
      _tag: "Skipped",
      reason: "nothing was checked"
    }
  )
}

export const P16: TargetProperty = {
  id,
  statement:
    "Every valid message of the feed decodes without loss, and every valid command is sent unchanged. The client rejects every message and command that has exactly one violation, and reports the pointer of the violation. In messages, the client accepts new enum members and unknown members.",
  method: "Runs the checks of P1, P2 and P3 for each message type and each command of the AsyncAPI document.",
  targets: kinds.map(({ name }) => name),
  runOn: (target, settings) => Effect.sync(() => check(target, settings))
}
