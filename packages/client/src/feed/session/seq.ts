/**
 * The sequence numbers of one subscription. They count its messages, including the replies that have a `seq`.
 *
 * @module
 */

/**
 * What a `seq` means: the next message, a repeated message, a loss before this message, or a count that started again.
 * The first message of a subscription has the number 1.
 */
export type SeqVerdict = "next" | "duplicate" | "missing" | "reset"

export const verdictOf = (lastSeq: number, seq: number): SeqVerdict => {
  if (seq === lastSeq + 1) return "next"
  return seq === lastSeq ? "duplicate" : seq > lastSeq ? "missing" : "reset"
}
