/** The faults of the scripted client. */
export type Fault =
  // signing
  | "signs the query"
  | "signs without the root path"
  | "signs the method in lower case"
  | "signs with a long salt"
  | "signs without a timestamp"
  | "shares the first key"
  | "follows redirects"
  | "prints request headers"
  // paging
  | "reads one page"
  | "stops at an empty page"
  | "does not escape cursors"
  | "ignores repeated cursors"
  | "swallows failed pages"
  | "repeats the last item of a page"
  // errors and responses
  | "ignores statuses"
  | "drops statuses"
  | "drops codes"
  | "retries twenty times"
  | "accepts any body"
  | "accepts cut responses"
  | "rejects unknown fields"
  | "rejects unknown statuses"
  | "reads numbers as doubles"
  // writes
  | "retries under a new id"
  | "retries writes"
  | "denies orders"
  | "invents orders"
  | "forgets items of batches"
  | "reports conflicts as successes"
  | "sends orders twice"
  | "drops refused orders"
  // feed
  | FeedFault

/** The faults of its feed. */
type FeedFault =
  | "ignores deltas"
  | "requires both sides"
  | "ignores gaps"
  | "applies repeats"
  | "clamps levels"
  | "ignores unknown members"
  | "keeps books after a loss"
  | "reads one line"
  | "does not count replies"
  | "ignores refusals"
  | "dials without a pause"
  | "shows books without a subscription"
  | "drops trades"
  | "does not merge trades"
