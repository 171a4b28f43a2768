/**
 * The lines of a state file. Each line is a JSON array of a checksum and a record: `["3f2a9c11",{…}]`. The checksum is
 * the CRC-32 of the record's text.
 *
 * @module
 */
import { crc32 } from "node:zlib"

const checksumOf = (text: string): string => crc32(text).toString(16).padStart(8, "0")

export const lineOf = (json: string): string => `["${checksumOf(json)}",${json}]\n`

/** Returns the record of a line without its line feed. Undefined if the line is corrupted. */
export const recordOf = (line: string): unknown => {
  const json = line.slice(12, -1)
  if (line !== `["${line.slice(2, 10)}",${json}]` || line.slice(2, 10) !== checksumOf(json)) {
    return undefined
  }
  try {
    return JSON.parse(json) as unknown
  } catch {
    return undefined
  }
}

/** `endBytes` is where the line ends in the file. */
export interface Line {
  readonly text: string
  readonly endBytes: number
  /** Whether the line ends with a line feed. Only the last line can lack it. */
  readonly isComplete: boolean
}

const lineFeed = 10

export function* linesOf(chunks: Iterable<Uint8Array>): Generator<Line> {
  let begun: Array<Uint8Array> = []
  let endBytes = 0
  const take = (rest: Uint8Array): string => {
    const bytes = Buffer.concat([...begun, rest])
    begun = []
    endBytes += bytes.length
    return bytes.toString()
  }
  for (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, from)) {
      const text = take(chunk.subarray(from, at))
      yield { text, endBytes: ++endBytes, isComplete: true }
      from = at + 1
    }
    if (from < chunk.length) {
      begun.push(chunk.subarray(from))
    }
  }
  if (begun.length > 0) {
    const text = take(new Uint8Array())
    yield { text, endBytes, isComplete: false }
  }
}
