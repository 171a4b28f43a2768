/**
 * The format of a recording: one JSON object per line.
 *
 * A line contains the message of the exchange exactly as it was received. So no number is rounded, and no field is
 * lost.
 *
 * @module
 */
import * as Predicate from "effect/Predicate"

export const formatVersion = 1

/** The first line of a file, and the first line after `--append`. */
export interface Header {
  readonly type: "recording"
  readonly format: number
  /** All parts of one run have the same id. */
  readonly recording_id: string
  /** The number of the part, from 1. */
  readonly part: number
  readonly at_ms: number
  /** The root address of the exchange's REST API. */
  readonly environment: string
  readonly tickers: ReadonlyArray<string>
  readonly channels: ReadonlyArray<string>
  /** Whether the file contains private messages of the account. */
  readonly account: boolean
  /** Whether an earlier run wrote lines before this header, in this file or in earlier parts. */
  readonly continues: boolean
  /** The bytes of an incomplete last line that `--append` removed. */
  readonly removed_bytes?: number
  readonly versions: Readonly<Record<string, string>>
}

/** A message of the feed. Exactly one of `message` and `text` is present. */
export interface Frame {
  readonly type: "frame"
  /** When the message arrived, by this machine's clock. */
  readonly at_ms: number
  /** When the event happened or the message was sent, by the exchange's clock. */
  readonly exchange_ms?: number
  /** The number of the connection. Within a run, a later connection has a higher number. */
  readonly connection: number
  readonly message?: unknown
  /** Present instead of `message` if the message is not JSON on one line. */
  readonly text?: string
}

export type ReadReason = "start" | "reconnect" | "interval" | "rotation" | "gap"

/** A response of the REST API. `at_ms` is the time of its arrival. */
export interface Read {
  readonly type: "market" | "order_book"
  readonly at_ms: number
  readonly requested_ms: number
  readonly ticker: string
  readonly reason: ReadReason
  readonly message?: unknown
  readonly text?: string
}

/** An event of the feed or of a read, such as missing, late or unreadable messages. */
export interface Notice {
  readonly type:
    | "outage"
    | "restored"
    | "gap"
    | "refused"
    | "replaced"
    | "undecodable"
    | "unknown_message"
    | "unknown_keys"
    | "delay"
    | "read_failed"
  readonly at_ms: number
  /** The channel of the feed. Absent for `read_failed`. */
  readonly channel?: string
  readonly markets?: ReadonlyArray<string>
  readonly detail: string
}

/** If this line is missing, the file was not closed, for example because the process was killed. */
export interface End {
  readonly type: "end"
  readonly at_ms: number
  readonly reason: "stopped" | "rotated" | "failed"
  readonly detail?: string
}

/** A reader ignores types that it does not know. */
export type Line = Header | Frame | Read | Notice | End

const parseOneLine = (text: string): { readonly value: unknown } | undefined => {
  if (/[\n\r]/.test(text) || !text.isWellFormed()) return undefined
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** When the event happened, by the exchange's clock. If the message does not say this: when it was sent. */
const exchangeMillisOf = (message: unknown): number | undefined => {
  if (!Predicate.isObject(message)) return undefined
  const { msg, sending_ts_ms } = message as { readonly msg?: unknown; readonly sending_ts_ms?: unknown } // checked below
  const eventMillis = Predicate.hasProperty(msg, "ts_ms") ? msg.ts_ms : undefined
  return [eventMillis, sending_ts_ms].find((millis): millis is number => Number.isSafeInteger(millis))
}

export const encodeFrame = (frame: {
  readonly text: string
  readonly generation: number
  readonly receivedMillis: number
}): string => {
  const json = parseOneLine(frame.text)
  const exchangeMillis = json === undefined ? undefined : exchangeMillisOf(json.value)
  const exchange = exchangeMillis === undefined ? "" : `"exchange_ms":${exchangeMillis},`
  const content = json === undefined ? `"text":${JSON.stringify(frame.text)}` : `"message":${frame.text}`
  return `{"type":"frame","at_ms":${frame.receivedMillis},${exchange}"connection":${frame.generation},${content}}`
}

export const encodeRead = ({ text, ...read }: Omit<Read, "message"> & { readonly text: string }): string => {
  const content = parseOneLine(text) === undefined ? `"text":${JSON.stringify(text)}` : `"message":${text}`
  return `${JSON.stringify(read).slice(0, -1)},${content}}`
}

export const encode = (line: Header | Notice | End): string => JSON.stringify(line)

const marker = '"message":'

/** The text of a message or a response, exactly as it was received. */
export const messageText = (line: Frame | Read, lineText: string): string =>
  line.text ?? lineText.slice(lineText.indexOf(marker) + marker.length, lineText.lastIndexOf("}"))

export const parseLine = (text: string): Line | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return Predicate.hasProperty(value, "type") &&
      typeof value.type === "string" &&
      Predicate.hasProperty(value, "at_ms") &&
      typeof value.at_ms === "number"
      ? // The fields of a known type are not checked: this program wrote them.
        (value as unknown as Line)
      : undefined
  } catch {
    return undefined
  }
}
