/**
 * The sequence numbers of one subscription. They count its messages, including the replies that have a `seq`.
 *
 * @module
 */

/**
 * `missing`: a loss before this message. `reset`: the count started again. The first message of a subscription has the
 * number 1.
 */
export type SeqVerdict = "next" | "duplicate" | "missing" | "reset"

export const verdictOf = (lastSeq: number, seq: number): SeqVerdict => {
  if (seq === lastSeq + 1) return "next"
  return seq === lastSeq ? "duplicate" : seq > lastSeq ? "missing" : "reset"
}
