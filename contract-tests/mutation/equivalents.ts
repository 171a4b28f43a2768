/**
 * Mutants that no test can kill, by file and by the changed line, each with its reason.
 *
 * @module
 */
const rewritten = "what stands around the date stays around what is made of it, and that is refused"
const unread = "the first answer replaces it before it is read"
const evenNumber = "2 is refused all the same: no remainder by it or of its multiples is what the equations want"
const factorOfThree = "no key has 3 as a factor"
const onlyTheSign = "only the sign of a comparison counts"
const lookedFor = "whatever is neither Known nor Taken is looked for"
const noSuchWords = "that text has no words about an existing order"
const alwaysThere = "the pattern always has that group"
const decoded = "an answer decodes only where its time is one"
const isCompared = "a comparison with undefined is false"
const noResult = "nobody reads the result"
const byDefault = "by its status it may have been carried out, which the default case reads"
const ownKey = "no other service has that key"
const noNegativeZero = "a bigint has no negative zero"
const allKnown = "where there is nothing to look for, every step is Known"

export const equivalents: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "packages/client/src/trading/outcomes.ts": {
    'export const saysExists = ({ code = "Stryker was here!", details = "", message = "" }: ErrorResponse): boolean =>':
      noSuchWords,
    'export const saysExists = ({ code = "", details = "Stryker was here!", message = "" }: ErrorResponse): boolean =>':
      noSuchWords,
    'export const saysExists = ({ code = "", details = "", message = "Stryker was here!" }: ErrorResponse): boolean =>':
      noSuchWords,
    "return true &&": "no value of another type is written as a UUID",
    'for (const [, name = "Stryker was here!", value = "", end] of text.slice(start[0].length).matchAll(member)) {':
      alwaysThere,
    'for (const [, name = "", value = "Stryker was here!", end] of text.slice(start[0].length).matchAll(member)) {':
      alwaysThere,
    "exchange_index: true && exchange_index >= 0 ? exchange_index : undefined,": isCompared
  },
  "packages/client/src/trading/lookup.ts": {
    "if (answer === undefined && millis === undefined) return undefined": decoded,
    "if (false || millis === undefined) return undefined": "without an answer there is no time",
    "if (answer === undefined || false) return undefined": decoded
  },
  "packages/client/src/trading/settling.ts": {
    "return window === undefined || (Number.isFinite(window?.fromMillis) && Number.isFinite(window.untilMillis))":
      "null has no fromMillis either, and the second is not asked for then",
    "exists === true || clockChanged === true || (true && lastAttemptMillis < placedAtMillis)": isCompared,
    ": lastAttemptMillis + Math.max(mostSkewMillis, now.skew?.upperMillis ?? 1),": "the other one is greater",
    "if (mismatch === undefined && true && conclusive(one)) {": "lists whose freshness is not known conclude nothing"
  },
  "packages/client/src/trading/canceling.ts": {
    'case "":': byDefault,
    '((typeof target.ticker === "string" && target.ticker !== "") || (target.exchange_index ?? -2) >= 0)':
      "both are below 0",
    "let canceling = true": "it is set before it is read",
    'const asOfMillis = asOf === undefined ? undefined : millisOf(Option.getOrUndefined(asOf)?.as_of_time ?? "Stryker was here!")':
      "neither text is a time",
    "return true && asOfMillis > latestStart(began, yield* now)": isCompared,
    "yield* Effect.sleep(Math.min(1_000, 100 * 2 ** Math.min(round, 20)))": "a second is less than either"
  },
  "packages/client/src/trading/cancelOnExit.ts": {
    "{}": noResult,
    "{ discard: false }": noResult,
    "return Effect.forEach(untried, end, { concurrency: atOnce, discard: false })": noResult,
    'const endAll = Effect.all([endResting, endLost], { concurrency: "unbounded", discard: false })': noResult,
    "if (Result.isFailure(result) || false) return": "the time for all of it began earlier, and ends this first",
    'if (Result.isFailure(result) || result.success._tag === "") return':
      "the time for all of it began earlier, and ends this first"
  },
  "packages/client/src/trading/placing.ts": {
    'return Effect.succeed({ _tag: "", sending, exists: verdict.exists, error })': lookedFor,
    ': { _tag: "", sending, exists: true, error }': lookedFor,
    'return { _tag: "", sending, exists: own.some(showsOrder), error: broken(operation, "/orders", reason) }':
      lookedFor,
    'if (showsOrder(item)) return { _tag: "", sending, exists: true, error }': lookedFor,
    'return lost ? { _tag: "", sending, exists: true, error } : { _tag: "Taken", sending, error }': lookedFor,
    '? { _tag: "", sending, exists: false, error }': lookedFor,
    'return { _tag: "", sending, exists: showsOrder(item), error: broken(operation, "/orders", reason) }': lookedFor,
    '? { _tag: "", sending: step.sending, exists: true, error: shared(id) }': lookedFor,
    'step._tag === "Known" && true ? step.outcome.order_id : undefined': "no other outcome has an order_id",
    "if (wanted.size === 0) return steps.flatMap((step) => (true ? [step.outcome] : []))": allKnown,
    'if (wanted.size === 0) return steps.flatMap((step) => (step._tag === "Known" ? [step.outcome] : ["Stryker was here"]))':
      allKnown
  },
  "packages/client/src/sending/attemptTimes.ts": {
    '"",': ownKey
  },
  "packages/client/src/trading/intents.ts": {
    "const held = Result.isSuccess(read) ? FixedPoint.toHundredths(read.success) : 1n":
      "where it cannot be read, that is what the intent fails with",
    "const count = input?.count ?? (FixedPoint.fromHundredths(held <= 0n ? -held : held) satisfies Count)":
      noNegativeZero,
    "const count = input?.count ?? (FixedPoint.fromHundredths(held < 1n ? -held : held) satisfies Count)":
      noNegativeZero,
    "const asWritten = (of: Dollars) => (yes === undefined ? Result.getOrElse(FixedPoint.complement(of), () => undefined) : of)":
      "every price of a grid has a complement"
  },
  "packages/client/src/limits/memory.ts": {
    "let numbers = 1": "numbers are compared with each other alone",
    "if (true && (keep || asked.learned)) buckets.set(asked.name, state)": "what is found is set again",
    "latencyMillis: 1,": "the first call that is held sets it",
    "while (state.older + state.newer > 0 && state.lapsesMillis < now) {":
      "what lapses now is counted as held, and is booked as of now later",
    "if (false) return 0": "nothing is summed up where nobody waits",
    "if (other.account !== want.account || false) continue": "no call is before itself",
    "? place.sinceMillis < sinceMillis || (place.sinceMillis === sinceMillis && place.number <= number)":
      "no two calls have one number",
    "if (missing < tolerance) continue": "no sum is off by exactly that much",
    "const { budget, state } = bucketOf(want.account, bucket, now, false)":
      "a bucket that nothing was taken from is full, whether it is kept or made anew",
    "if (levelAt(state, budget, now) < held) continue": "what is as much as that is set to the same"
  },
  "packages/client/src/limits/queue.ts": {
    "if (heap[parent]!.deadlineMillis < waiting.deadlineMillis) break": "deadlines that are equal come in any order",
    "if (heap[child]!.deadlineMillis > moved.deadlineMillis) break": "deadlines that are equal come in any order",
    "if (child + 1 < heap.length && heap[child + 1]!.deadlineMillis <= heap[child]!.deadlineMillis) child++":
      "deadlines that are equal come in any order"
  },
  "packages/client/src/money/scaled.ts": {
    'const digits = (units <= 0n ? -units : units).toString().padStart(places + 1, "0")': noNegativeZero,
    'const digits = (units < 1n ? -units : units).toString().padStart(places + 1, "0")': noNegativeZero
  },
  "packages/client/src/sending/skew.ts": {
    [String.raw`const rfc850 = /[A-Z][a-z]+day, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT$/`]: rewritten,
    [String.raw`const rfc850 = /^[A-Z][a-z]+day, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT/`]: rewritten,
    [String.raw`const asctime = /[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})$/`]: rewritten,
    [String.raw`const asctime = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})/`]: rewritten,
    'if (date === undefined || age !== undefined || /\\bhit\\b|refreshhit/i.test(headers["x-cache"] ?? "Stryker was here!")) return undefined':
      "no such text names a hit of a cache",
    "return false || millis < 0 ? undefined : millis": "undefined is not below 0, and is returned as well",
    "let latest: Reading = {}": unread,
    "let latest: Reading = { wallMillis: 1, monotonicMillis: 0 }": unread,
    "let latest: Reading = { wallMillis: 0, monotonicMillis: 1 }": unread,
    "if (true && jumped(latest, now)) older = newer = undefined": "while newer is undefined, older is as well"
  },
  "packages/client/src/wire/issue.ts": {
    'const { pointer, reason } = walk(issue, "", 1)': "depths are compared with each other alone"
  },
  "packages/client/src/limits/costs.ts": {
    "const below = false || path.startsWith(`${root}/`) ? path.slice(root.length) : path":
      "no operation is at the root itself",
    [String.raw`.map((segment) => (segment.startsWith("*") ? "*" : /^(?::|\{.*\}$)/.test(segment) ? "" : segment))`]:
      "any one text stands for a parameter, on both sides",
    "if (true) {": "what is found again is the same"
  },
  "packages/client/src/money/PriceGrid.ts": {
    ".sort((a, b) => (a.start < b.start || (a.start === b.start && a.end < b.end) ? -2 : 1))": onlyTheSign,
    ".sort((a, b) => (a.start < b.start || (a.start === b.start && a.end < b.end) ? -1 : 2))": onlyTheSign,
    ".sort((a, b) => (a.start < b.start || (a.start === b.start && a.end < b.end) ? -1 : 0))":
      "sorting asks whether a result is below zero",
    ".sort((a, b) => (a.start < b.start || (a.start === b.start && a.end <= b.end) ? -1 : 1))":
      "equal ranges overlap in either order, and are refused",
    ".sort((a, b) => (a.start < b.start || (true && a.end < b.end) ? -1 : 1))":
      "differs only where one range lies within another, which is refused",
    "let previousEnd = -2n": "no range starts below 0",
    "let previousEnd = -0n": "no range starts below 0",
    "const within = micros <= run.last ? micros : run.last": "both branches give the same where they are equal",
    "const steps = micros >= run.start ? divideUp(micros - run.start, run.step) : 0n":
      "no steps lead from a price to itself",
    "let above = -2n": "no price lies between -2 and 0"
  },
  "packages/signing/src/internal/der.ts": {
    'if (false || first === undefined) return "cut short"': "where there is no first byte there is no second",
    "return true && element.tag === tag && element.whole.length === bytes.length": "a text has no tag",
    'return typeof element !== "" && element.tag === tag && element.whole.length === bytes.length': "a text has no tag"
  },
  "packages/signing/src/internal/structure.ts": {
    'const [identifier, parameters, ...more] = Der.children(algorithmIdentifier) ?? ["Stryker was here"]':
      "a text has no tag, and is refused as nothing is"
  },
  "packages/signing/src/internal/rsaNumbers.ts": {
    "return members.every(({ contents, tag }) => tag === Der.tags.integer && (contents[0] ?? 256) < 0x80)":
      "neither is below 0x80",
    "if (e < 2n || p < 3n || q < 3n) return mixed": evenNumber,
    "if (e < 3n || p < 2n || q < 3n) return mixed": evenNumber,
    "if (e < 3n || p < 3n || q < 2n) return mixed": evenNumber,
    "if (e < 3n || p <= 3n || q < 3n) return mixed": factorOfThree,
    "if (e < 3n || p < 4n || q < 3n) return mixed": factorOfThree,
    "if (e < 3n || p < 3n || q <= 3n) return mixed": factorOfThree,
    "if (e < 3n || p < 3n || q < 4n) return mixed": factorOfThree,
    'const [version, ...members] = (sequence === undefined ? undefined : Der.children(sequence)) ?? ["Stryker was here"]':
      "a text has no tag, and is refused as nothing is"
  }
}
