/**
 * Removes the signature and the credentials of a request from the error of its response. A proxy or a firewall may echo
 * the headers of a request.
 *
 * @module
 */

/** The headers of a request. Their names are in lower case. */
export type HeaderValues = Readonly<Record<string, string | undefined>>

/** Replaces a request's signature and credentials in a text, and truncates the text after `limit` characters. */
export type Conceal = (text: string, limit?: number) => string

const mark = "<redacted>"

const signingHeader = /^kalshi-access-/

/** Matches headers of the application's HTTP client that can contain a credential, such as headers for a proxy. */
const credentialHeader = /auth|cookie|credential|key|password|secret|session|signature|token/

/** A prefix of a value is also replaced if it has at least this length, because an echo may be truncated. */
const pieceLength = 16

/** A value below this length may occur within ordinary words, so it is replaced only as a separate word. */
const wordLength = 8

/** The minimum length of a value. A single character is not a secret, and would occur in almost every error. */
const minLength = 2

const escapes = /%(?:25)*([0-9a-f]{2})|\\+(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))|&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/iy

const named: Readonly<Record<string, string>> = {
  plus: "+",
  sol: "/",
  equals: "=",
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"'
}

/** The letters of the JSON escapes `\n`, `\r` and `\t`. */
const lineBreaks = "nrt"

/** Maps upper and lower case, and both alphabets of base64, to the same characters. */
const plain = (character: string): string =>
  character === "-" ? "+" : character === "_" ? "/" : character.toLowerCase()

const isAlphanumeric = (character: string | undefined): boolean =>
  character !== undefined && /[a-z0-9]/i.test(character)

/** The decoded character at an index, and the next index. Decodes percent-encoding, and JSON and HTML escapes. */
const characterAt = (text: string, at: number): readonly [character: string, next: number] => {
  const raw = text[at]!
  if (raw !== "%" && raw !== "\\" && raw !== "&") return [raw, at + 1]
  escapes.lastIndex = at
  const match = escapes.exec(text)
  if (match === null) return [raw, at + 1]
  const [whole, percent, unicode, byte, escaped, hex, decimal, name] = match
  const code = percent ?? unicode ?? byte ?? hex
  const character =
    code !== undefined
      ? fromCode(Number.parseInt(code, 16))
      : decimal !== undefined
        ? fromCode(Number(decimal))
        : escaped !== undefined
          ? lineBreaks.includes(escaped)
            ? "\n"
            : escaped
          : named[name!.toLowerCase()]
  return character === undefined ? [raw, at + 1] : [character, at + whole.length]
}

const fromCode = (code: number): string | undefined => (code <= 0xffff ? String.fromCharCode(code) : undefined)

/** Whether two characters match. A space also matches a plus, because form decoding turns a plus into a space. */
const isSame = (character: string, of: string): boolean =>
  plain(character) === plain(of) || (character === " " && plain(of) === "+")

/** The index after an echo of `value` that starts at `start`, or -1. The echo may be wrapped over several lines. */
const endOf = (text: string, start: number, value: string): number => {
  let at = start
  let matched = 0
  let end = -1
  while (at < text.length && matched < value.length) {
    const [character, next] = characterAt(text, at)
    if (isSame(character, value[matched]!)) {
      matched++
      end = next
    } else if (matched === 0 || !/\s/.test(character)) {
      break
    }
    at = next
  }
  return matched >= Math.min(value.length, pieceLength) ? end : -1
}

/**
 * Whether a number is the value of a JSON member, such as a time of the exchange. Then it is not an echoed header. At
 * most six spaces may precede the number.
 */
const isMember = (text: string, start: number): boolean => /":\s*$/.test(text.slice(Math.max(0, start - 8), start))

const isStandalone = (text: string, start: number, end: number, value: string): boolean => {
  if (value.length < wordLength) return !isAlphanumeric(text[start - 1]) && !isAlphanumeric(text[end])
  return !/^\d+$/.test(value) || !isMember(text, start)
}

const valuesOf = (headers: HeaderValues): ReadonlyArray<string> => {
  const values = new Set<string>()
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || value.length < minLength) continue
    if (signingHeader.test(name)) values.add(value)
    else if (credentialHeader.test(name)) {
      // The value is a scheme with credentials, or the pairs of a cookie.
      for (const part of value.split(/[\s;,]+/)) {
        for (const secret of [part, part.slice(part.indexOf("=") + 1)]) {
          if (secret.length >= wordLength) values.add(secret)
        }
      }
    }
  }
  return [...values]
}

export const make = (headers: HeaderValues | undefined): Conceal => {
  const values = headers === undefined ? [] : valuesOf(headers)
  const firsts = [...new Set(values.map((value) => plain(value[0]!)))]
  return (text, limit = text.length) => {
    const until = Math.min(limit, text.length)
    let concealed = ""
    let from = 0
    let at = 0
    while (values.length > 0 && at < until) {
      let end = -1
      const [character] = characterAt(text, at)
      if (firsts.some((first) => isSame(character, first))) {
        for (const value of values) {
          const found = endOf(text, at, value)
          if (found > end && isStandalone(text, at, found, value)) end = found
        }
      }
      if (end === -1) {
        at++
        continue
      }
      concealed += text.slice(from, at) + mark
      at = from = end
    }
    return concealed + text.slice(from, Math.max(from, until))
  }
}

export const inJson = (conceal: Conceal, value: unknown): unknown => {
  if (typeof value === "string") return conceal(value)
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map((item: unknown) => inJson(conceal, item))
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [conceal(key), inJson(conceal, member)]))
}
