/**
 * Whether a text looks like DER in base64: a key without its BEGIN and END lines. A SEQUENCE starts with 0x30, so its
 * base64 starts with `M`. An Ed25519 key has 64 characters.
 */
export const looksLikeBase64Der = (text: string): boolean => /^M[A-Za-z0-9+/=_\-\s]{59,}$/.test(text.trim())

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi

const classOf = (character: string): "lower" | "upper" | "digit" | undefined =>
  /[a-z]/.test(character) ? "lower" : /[A-Z]/.test(character) ? "upper" : /[0-9]/.test(character) ? "digit" : undefined

/**
 * In 24 characters of a key, the character class changes 13 times on average. In a name such as `JohnDoe`, it changes
 * twice.
 */
const windowLength = 24
const maxChanges = 4

/**
 * Whether a part of a text looks as random as a key: a long word with digits, groups of hexadecimal or decimal digits,
 * or frequent changes between small letters, capitals and digits. UUIDs do not count, because a key id can be part of a
 * file name. The first capital of a word does not count either.
 */
const looksRandom = (text: string): boolean => {
  const rest = text.replace(uuid, "")
  if (rest.match(/[A-Za-z0-9]{24,}/g)?.some((word) => /\d/.test(word)) === true) return true
  if (/(?:[0-9a-f]{1,8}[ .:_-]+){7}/i.test(rest)) return true
  const classes = Array.from(rest.replace(/(?<![A-Za-z0-9])[A-Z]/g, "a"), classOf)
  const changes = classes.map((current, index) => {
    const before = classes[index - 1]
    return current !== undefined && before !== undefined && current !== before ? 1 : 0
  })
  let inWindow = 0
  return changes.some((change, index) => {
    inWindow += change - (changes[index - windowLength] ?? 0)
    return inWindow > maxChanges
  })
}

/**
 * Whether a text looks like key material instead of an id or a path: PEM, a JWK, DER in base64, a line of one of these
 * formats, or 32 bytes or more in hexadecimal or base64. An absolute path looks like key material only if it contains
 * `-----`.
 */
export const looksLikeKey = (text: string): boolean => {
  const bare = text.trim().replace(/^(["'])(.*)\1$/s, "$2")
  return (
    text.includes("-----") ||
    bare.startsWith("{") ||
    looksLikeBase64Der(bare) ||
    (/^[A-Za-z0-9+_-][A-Za-z0-9+/_-]{42,}={0,2}$/.test(bare) && looksRandom(bare))
  )
}

/**
 * Whether a path is safe to print: it has at most 1,024 characters, contains only typical characters of paths, and no
 * part looks as random as a key. Therefore some real paths with many capitals and digits are not shown.
 */
export const isShowable = (path: string): boolean => {
  const name = path.replace(/^[A-Za-z]:(?=[\\/])/, "")
  return name.length <= 1024 && /^[\p{L}\p{M}\p{N} ._~@()+/\\-]*$/u.test(name) && !looksRandom(name)
}
