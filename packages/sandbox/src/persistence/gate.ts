/**
 * Holds back responses and frames until the changes that they can show are on the disk.
 *
 * @module
 */
import type { Endpoint, Line, Upgrade } from "../feed/line.ts"
import { failure } from "../rest/errorBody.ts"
import { toWire, type WireRequest, type WireResponse } from "../rest/handler.ts"
import type { Journal } from "./journal.ts"

const unavailable = (reason: string): WireResponse => toWire(failure(503, "service_unavailable", reason), Date.now())

/** Returns undefined until the journal fails. After that, returns the response that every request gets. */
export const refuseIfFailed = ({ failure }: Journal): WireResponse | undefined =>
  failure === undefined ? undefined : unavailable(failure)

/** Waits until every change before the response is on the disk. If a change cannot be written, sends a 503 instead. */
export const holdResponse =
  (journal: Journal) =>
  (response: WireResponse, send: (response: WireResponse) => void): void =>
    journal.hold((reason) => send(reason === undefined ? gateStream(response, journal) : unavailable(reason)))

/** Makes each write to the response's stream wait, too. */
const gateStream = (response: WireResponse, journal: Journal): WireResponse => {
  const { stream } = response
  return stream === undefined
    ? response
    : {
        ...response,
        stream: (body) =>
          stream({
            ...body,
            write: (text) => journal.hold((reason) => (reason === undefined ? body.write(text) : body.drop()))
          })
      }
}

/** Makes each frame of a feed wait until every change before the frame is on the disk. */
export const gateFeed = (
  feed: { readonly upgrade: (request: WireRequest) => Upgrade },
  journal: Journal
): { readonly upgrade: (request: WireRequest) => Upgrade } => ({
  upgrade: (request) => {
    const response = refuseIfFailed(journal)
    if (response !== undefined) {
      return { _tag: "Refused", response }
    }
    const decision = feed.upgrade(request)
    return decision._tag === "Refused"
      ? decision
      : { _tag: "Accepted", open: (line) => openGated(decision.open, line, journal) }
  }
})

const openGated = (open: (line: Line) => Endpoint, line: Line, journal: Journal): Endpoint => {
  let endpoint: Endpoint | undefined
  let heldBytes = 0
  /** Whether `bufferedBytes` has reported held bytes. The feed may then wait for `drained`. */
  let isBehind = false
  const release = (text: string, bytes: number, reason: string | undefined): void => {
    heldBytes -= bytes
    if (reason === undefined) {
      line.send(text)
    }
    if (heldBytes === 0 && isBehind) {
      isBehind = false
      endpoint?.drained()
    }
  }
  endpoint = open({
    send: (text) => {
      if (journal.isSaved) {
        line.send(text)
      } else {
        const bytes = Buffer.byteLength(text)
        heldBytes += bytes
        journal.hold((reason) => release(text, bytes, reason))
      }
    },
    bufferedBytes: () => {
      isBehind ||= heldBytes > 0
      return heldBytes + line.bufferedBytes()
    },
    ping: (body) => line.ping(body),
    close: (code, reason) => journal.hold(() => line.close(code, reason)),
    drop: (how) => line.drop(how)
  })
  return endpoint
}
