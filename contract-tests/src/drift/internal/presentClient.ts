/**
 * Runs witnesses (values that show a change) through the client's own code. This is possible if the client was
 * generated from the old document.
 *
 * @module
 */
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import * as Result from "effect/Result"
import { isObject, pointerKeys, stringify, updateAt, valueAt, type Json } from "../../judge/JsonSchema.ts"
import type { Judge } from "../../judge/Judge.ts"
import * as Coverage from "../../generate/Coverage.ts"
import * as Answers from "../../operations/Answers.ts"
import * as ClientOperations from "../../operations/ClientOperations.ts"
import * as Requests from "../../operations/Requests.ts"
import type * as ReferenceDocument from "../../reference/ReferenceDocument.ts"
import type { ClientOf, Sent } from "./judging.ts"
import { orNone } from "./nodes.ts"

export interface PresentRest {
  /**
   * Returns the client's decoder of an operation. Undefined if the client does not have the operation, or if the
   * response has no schema.
   */
  readonly decoder: (reference: ReferenceDocument.Operation) => ClientOf | undefined
  /**
   * Checks whether a new document allows the client's requests for an operation. Undefined if the client does not have
   * the operation.
   */
  readonly sender: (
    reference: ReferenceDocument.Operation,
    now: ReferenceDocument.Operation,
    judge: Judge
  ) => Sent | undefined
}

/** Faults of headers are left out, because the comparison of security schemes covers them. */
const isAboutHeaders = (fault: string): boolean =>
  /header|signed operation|signature|key id|public operation/.test(fault)

/** Makes decoders and senders of the client. `judge` belongs to the document of the client. */
export const rest = (judge: Judge): PresentRest => {
  const recorder = Requests.recorder()
  const coverage = Coverage.make(judge)
  const byId = new Map(ClientOperations.all.map((client) => [client.descriptor.operationId, client]))
  return {
    decoder: (reference) => {
      const client = byId.get(reference.id)
      const { schema } = reference.success
      if (client === undefined || schema === undefined) return undefined
      const codec = Answers.codec(client, reference, Answers.normalForm(schema, judge.resolve))
      return (value) => {
        const decoded = codec.decode(value)
        // The client decoded the value from JSON.
        return decoded.ok ? { ok: true, kept: codec.encode?.(decoded.value) as Json } : decoded
      }
    },
    sender: (reference, now, judgeNew) => {
      const client = byId.get(reference.id)
      if (client === undefined) return undefined
      const prepare = () => {
        const requests = Requests.make(now, judgeNew)
        const own = Requests.make(reference, judge)
        return { requests, accepts: judgeNew.accepts(requests.input), own, others: () => coverage.of(own.input) }
      }
      let prepared: ReadonlyArray<ReturnType<typeof prepare>> | undefined
      return (input, place) => {
        // A new document can have parameters or bodies of a form that the reader of requests does not support.
        const [usable] = (prepared ??= orNone(() => [prepare()]))
        if (usable === undefined) return undefined
        const { accepts, others, own, requests } = usable
        const send = (candidate: Json): "not sent" | "refused" | "valid" => {
          // A minimal input can violate a rule that links several fields. `sendable` adds the fields that the rule
          // needs.
          const sendable = isObject(candidate) ? own.sendable(candidate) : candidate
          const isThere = (value: Json): boolean => valueAt(value, place) !== undefined
          if (isThere(sendable) !== isThere(input)) return "not sent"
          const outcome = recorder.call(client.operation, sendable)
          if (outcome._tag === "Refused") return "not sent"
          const { faults, input: read } = requests.read(outcome.sent)
          return faults.some((fault) => !isAboutHeaders(fault)) || !accepts(read) ? "refused" : "valid"
        }
        const answer = send(input)
        if (answer !== "not sent" || valueAt(input, place) !== undefined) return answer
        // The client does not send this input, so other inputs without a value at the changed place are tried.
        const without = others().map((other) => updateAt(other, pointerKeys(place), () => undefined) ?? other)
        return without.map(send).find((found) => found !== "not sent") ?? "not sent"
      }
    }
  }
}

export const feed = (): ClientOf => {
  const decode = FeedMessages.decoder()
  return (value) => {
    const result = decode(stringify(value))
    if (Result.isSuccess(result)) {
      // A decoded message consists of the received JSON.
      return { ok: true, kept: result.success as unknown as Json }
    }
    const { failure } = result
    return { ok: false, pointers: [failure._tag === "UnknownMessage" ? "/type" : failure.pointer] }
  }
}
