/**
 * Whether a text is most likely DER in base64, as a key is without its BEGIN and END lines: a SEQUENCE's first byte is
 * 0x30, so its base64 begins with `M`, and an Ed25519 key has 64 characters.
 */
export const looksLikeBase64Der = (text: string): boolean => /^M[A-Za-z0-9+/=_\-\s]{59,}$/.test(text.trim())
