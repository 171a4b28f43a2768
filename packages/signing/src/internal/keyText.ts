/**
 * Whether a text is DER in base64, as a key is without its BEGIN and END lines: a SEQUENCE's first byte is 0x30, so its
 * base64 begins with `M`, and an Ed25519 key has 64 characters.
 */
export const looksLikeBase64Der = (text: string): boolean => /^M[A-Za-z0-9+/=_\-\s]{59,}$/.test(text.trim())

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi

const classOf = (character: string): "lower" | "upper" | "digit" | undefined =>
  /[a-z]/.test(character) ? "lower" : /[A-Z]/.test(character) ? "upper" : /[0-9]/.test(character) ? "digit" : undefined

/** In 24 characters of a key, the class of characters changes 13 times on average; in names such as `JohnDoe`, twice. */
const stretch = 24
const mostChanges = 4

/**
 * Whether a part of a text is as random as a key: a long word with digits, groups of hexadecimal or decimal digits, or a
 * part in which small letters, capitals and digits take turns. UUIDs do not count, since a key's id may name its file,
 * and neither does the capital that begins a word.
 */
const looksRandom = (text: string): boolean => {
  const rest = text.replace(uuid, "")
  if (rest.match(/[A-Za-z0-9]{24,}/g)?.some((word) => /\d/.test(word)) === true) return true
  if (/(?:[0-9a-f]{1,8}[ .:_-]+){7}/i.test(rest)) return true
  const classes = Array.from(rest.replace(/(?<![A-Za-z0-9])[A-Z]/g, "a"), classOf)
  const changes = classes.map((is, index) => {
    const before = classes[index - 1]
    return is !== undefined && before !== undefined && is !== before ? 1 : 0
  })
  let inStretch = 0
  return changes.some((change, index) => {
    inStretch += change - (changes[index - stretch] ?? 0)
    return inStretch > mostChanges
  })
}

/**
 * Whether a text is key material rather than an id or a path: PEM, a JWK, DER in base64, a line of those, or the 32
 * bytes of an Ed25519 key or more in hexadecimal or base64. An absolute path is none.
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
 * Whether a path can be shown: it holds nothing but what paths are made of, and no part of it is as random as a key.
 * A path that is not shown may still be one, with many capitals and digits in it.
 */
export const isShowable = (path: string): boolean => {
  const name = path.replace(/^[A-Za-z]:(?=[\\/])/, "")
  return name.length <= 1024 && /^[\p{L}\p{M}\p{N} ._~@()+/\\-]*$/u.test(name) && !looksRandom(name)
}
