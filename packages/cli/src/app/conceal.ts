/**
 * Removes private keys from messages. If a user pastes a key as an argument, the error about the argument would print
 * it.
 *
 * @module
 */

const begin = String.raw`-----BEGIN [A-Z ]*PRIVATE KEY-----`
const space = String.raw`(?:\\+[rn]|\s)*`

/** Matches a private key in PEM. Its line ends may be escaped, and its last lines may be missing. */
const privateKey = new RegExp(
  `${begin}(?:${space}[\\w+/=]{16,})*(?:${space}[\\w+/=]+(?=${space}-----END))?(?:${space}-----END [A-Z ]*PRIVATE KEY-----)?`,
  "g"
)

export const conceal = (text: string): string => text.replaceAll(privateKey, "<a private key>")

export const containsPrivateKey = (text: string): boolean => new RegExp(begin).test(text)
