/**
 * Keeps private keys out of messages. A key can get there by mistake: pasted as an argument, it would be repeated by
 * the error about that argument.
 *
 * @module
 */

const begin = String.raw`-----BEGIN [A-Z ]*PRIVATE KEY-----`
const space = String.raw`(?:\\+[rn]|\s)*`

/** A private key in PEM, with real or escaped line ends, complete or cut off. */
const privateKey = new RegExp(
  `${begin}(?:${space}[\\w+/=]{16,})*(?:${space}[\\w+/=]+(?=${space}-----END))?(?:${space}-----END [A-Z ]*PRIVATE KEY-----)?`,
  "g"
)

/** Replaces private keys in a text. */
export const conceal = (text: string): string => text.replaceAll(privateKey, "<a private key>")

/** Whether a text contains a private key. */
export const containsPrivateKey = (text: string): boolean => new RegExp(begin).test(text)
