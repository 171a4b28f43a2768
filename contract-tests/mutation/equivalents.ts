/**
 * Mutants that no test can kill, because the changed program behaves like the original. By file and by the changed line,
 * each with its reason.
 *
 * @module
 */
const rewritten = "the text around the date stays in the rewritten text, which the last check refuses"
const unread = "the first response replaces it before it is read"
const evenNumber = "the equations refuse 2 as well: no remainder by 2 or by its multiples satisfies them"
const factorOfThree = "no key has 3 as a factor"
const onlyTheSign = "sorting reads only the sign of a comparison"
const existsByDefault = "an order that is neither decided, nor MayExist, nor IdInUse counts as existing"
const noSuchWords = "the text does not say that an order exists"
const alwaysMatched = "the group takes part in every match"
const decoded = "a response decodes only if its time is valid"
const comparesUndefined = "a comparison with undefined is false"
const unusedResult = "no code uses the result"
const byDefault = "the default case reads from its status that it may have been carried out"
const compaction = "the threshold decides only when memory is freed"
const slowTimeout = "Effect.timeoutOrElse has the same result at a higher cost"
const setFirst = "it is set before it is read"
const sameCodec = "a codec that is prepared again is the same"
const sameCost = "the cost is computed again with the same result"
const abovePrices = "every price of a grid is above 0"
const belowOneCent = "less than one cent is due in both cases, which is no step"
const sameIfEqual = "both branches give the same result for equal values"
const signedWrite = "attempts are recorded only around a signed write"
const sameValue = "the compiled and the interpreted schema give the same result"
const uniqueId = "ids are only compared, and stay unique"
const bellReset = "serving begins by resetting the bell"
const hasLeft = "the loop continues at once, because the call has left the queue"
const canonicalBase64 = "the decoder refuses other characters, or encodes the bytes differently"
const noneBetween = "nothing runs between the subscription and the copy of the intents"
const noMembers = "undefined and null have no members"
const sameBytes = "a stream gives the same bytes"
const caught = "the exception is caught, and the result is undefined as well"
const tagged = "every error of a call has a tag"
const quietSpan = "the exception of a missing tracer or parent is ignored"
const ownKey = "no other service has this key"
const noNegativeZero = "a bigint has no negative zero"
const allDecided = "if no order has to be looked up, every order is decided"

export const equivalents: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "packages/client/src/trading/outcomes.ts": {
    'export const reportsExisting = ({ code = "Stryker was here!", details = "", message = "" }: ErrorResponse): boolean =>':
      noSuchWords,
    'export const reportsExisting = ({ code = "", details = "Stryker was here!", message = "" }: ErrorResponse): boolean =>':
      noSuchWords,
    'export const reportsExisting = ({ code = "", details = "", message = "Stryker was here!" }: ErrorResponse): boolean =>':
      noSuchWords,
    "return true &&": "no value of another type matches the pattern of a UUID",
    'for (const [, name = "Stryker was here!", value = "", end] of text.slice(start[0].length).matchAll(member)) {':
      alwaysMatched,
    'for (const [, name = "", value = "Stryker was here!", end] of text.slice(start[0].length).matchAll(member)) {':
      alwaysMatched,
    "exchange_index: true && exchange_index >= 0 ? exchange_index : undefined,": comparesUndefined,
    "exchange_index: true && order.exchange_index >= 0 ? order.exchange_index : undefined,": comparesUndefined
  },
  "packages/client/src/trading/lookup.ts": {
    "if (response === undefined && millis === undefined) return undefined": decoded,
    "if (false || millis === undefined) return undefined": "without a response there is no time",
    "if (response === undefined || false) return undefined": decoded
  },
  "packages/client/src/trading/settling.ts": {
    "return window === undefined || (Number.isFinite(window?.fromMillis) && Number.isFinite(window.untilMillis))":
      "the first operand is false for null, so the second is not read",
    "exists === true || clockChanged === true || (true && lastAttemptMillis < placedAtMillis)": comparesUndefined,
    ": lastAttemptMillis + Math.max(maxSkewMillis, now.skew?.upperMillis ?? 1),": "the other operand is greater",
    "if (mismatch === undefined && true && conclusive(search)) {":
      "lists without a known freshness are never conclusive"
  },
  "packages/client/src/trading/canceling.ts": {
    'case "":': byDefault,
    '((typeof target.ticker === "string" && target.ticker !== "") || (target.exchange_index ?? -2) >= 0)':
      "both values are below 0",
    "let canceling = true": setFirst,
    'const asOfMillis = asOf === undefined ? undefined : millisOf(Option.getOrUndefined(asOf)?.as_of_time ?? "Stryker was here!")':
      "neither text is a time",
    "return true && asOfMillis > latestStart(began, yield* now)": comparesUndefined,
    "yield* Effect.sleep(Math.min(1_000, 100 * 2 ** Math.min(round, 20)))":
      "one second is the smaller operand with either exponent"
  },
  "packages/client/src/trading/cancelOnExit.ts": {
    "{}": unusedResult,
    "{ discard: false }": unusedResult,
    "return Effect.forEach(untried, (order) => cancelOne(closing, order), { concurrency, discard: false })":
      unusedResult,
    'const all = Effect.all([cancelResting(closing), cancelLost(closing)], { concurrency: "unbounded", discard: false })':
      unusedResult,
    "if (Result.isFailure(result) || false) return":
      "closing as a whole started earlier with the same limit, and ends this first",
    'if (Result.isFailure(result) || result.success._tag === "") return':
      "closing as a whole started earlier with the same limit, and ends this first"
  },
  "packages/client/src/trading/placing.ts": {
    'case "IdInUse":': "the next case returns the same, because the verdict has the error itself",
    ': { _tag: "", sending, error }': existsByDefault,
    'return { _tag: ownItems.some(showsOrder) ? "" : "MayExist", sending, error }': existsByDefault,
    'if (showsOrder(item)) return { _tag: "", sending, error }': existsByDefault,
    'if (reportsExisting(errorBody)) return { _tag: responseLost ? "" : "IdInUse", sending, error }': existsByDefault,
    '_tag: showsOrder(item) ? "" : "MayExist",': existsByDefault,
    '? { _tag: "", sending: finding.sending, error: sharedId(id) }': existsByDefault,
    'finding._tag === "Decided" && true ? finding.outcome.order_id : undefined': "no other outcome has an order_id",
    "if (wanted.size === 0) return findings.flatMap((finding) => (true ? [finding.outcome] : []))": allDecided,
    'if (wanted.size === 0) return findings.flatMap((finding) => (finding._tag === "Decided" ? [finding.outcome] : ["Stryker was here"]))':
      allDecided
  },
  "packages/client/src/sending/attemptTimes.ts": {
    '"",': ownKey
  },
  "packages/client/src/trading/registry.ts": {
    '>("", { defaultValue: () => undefined })': ownKey
  },
  "packages/client/src/trading/DryRun.ts": {
    '>()("") {}': ownKey
  },
  "packages/client/src/trading/intents.ts": {
    "const held = Result.isSuccess(read) ? FixedPoint.toHundredths(read.success) : 1n":
      "if the position cannot be read, the intent fails with that error",
    "const count = input?.count ?? (FixedPoint.fromHundredths(held <= 0n ? -held : held) satisfies Count)":
      noNegativeZero,
    "const count = input?.count ?? (FixedPoint.fromHundredths(held < 1n ? -held : held) satisfies Count)":
      noNegativeZero,
    "const ofCaller = (of: Dollars) => (yes === undefined ? Result.getOrElse(FixedPoint.complement(of), () => undefined) : of)":
      "every price of a grid has a complement"
  },
  "packages/client/src/limits/memory.ts": {
    "#count = 1": "the numbers are only compared with each other",
    "if (true && (keep || requested.learned)) buckets.set(requested.name, state)":
      "a bucket that is found is stored again",
    ";": setFirst,
    "#latencyMillis = 1": "the first reservation sets it",
    "while (this.reserved > 0 && this.#dueMillis < nowMillis) {":
      "tokens that are due now still count as reserved, and are charged as of now later",
    "if (false) return 0": "the sum is 0 if no call waits",
    "if (other.account !== want.account || false) continue": "no call is before itself",
    "? waiting.sinceMillis < sinceMillis || (waiting.sinceMillis === sinceMillis && waiting.number <= number)":
      "no two calls have the same number",
    "if (missing < tolerance) continue": "no sum is inexact by exactly the tolerance",
    "if (this.level(budget, nowMillis) < this.reserved) return": "an equal level is set to itself"
  },
  "packages/client/src/limits/tokens.ts": {
    "return false": "an effect of a local store ends at once, so its fork has ended when it is made"
  },
  "packages/client/src/limits/learned.ts": {
    "const both = Effect.all([Effect.exit(endpointCosts), Effect.exit(limits)], { concurrency: 3 })":
      "there are two requests",
    "if (false || !this.isCertain) return": "nothing is certain if no budget was reported"
  },
  "packages/client/src/limits/RateLimits.ts": {
    '"",': ownKey
  },
  "packages/client/src/limits/bucketQueue.ts": {
    [String.raw`readonly #limiter = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("")`]:
      uniqueId,
    [String.raw`readonly #limiter = Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36)).join("")`]:
      uniqueId,
    [String.raw`readonly #limiter = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("Stryker was here!")`]:
      uniqueId,
    "#count = 1": uniqueId,
    "return `${this.#limiter}-${this.#count--}`": uniqueId,
    "#mustReassess = true": "the first assessment has the results of the calls' arrival",
    "if (true) this.#bell.ring()": bellReset,
    "#hasRung = true": bellReset,
    "Effect.forkDetach(outsideSpan(this.#serve()), {}),": "the fiber starts before any time passes in either case",
    "Effect.forkDetach(outsideSpan(this.#serve()), { startImmediately: false }),":
      "the fiber starts before any time passes in either case",
    "if (false) return waiter.outcome": "the wait itself looks for an outcome first",
    ";": "nothing reads the field before it is set again",
    "return Effect.sync(() => {})": "nothing reads the field before it is set again",
    "return Effect.succeed(1)": hasLeft,
    "return this.#waiters.has(waiter) ? Effect.succeed(waitMillis) : Effect.as(this.#giveUp(waiter), 1)": hasLeft,
    "if (!this.#waiters.has(waiter)) return Effect.as(tokens.giveBack(want), 1)": hasLeft,
    "const head = this.#head ?? {}": "every caller has asked the store for the first call",
    "const head = this.#head ?? { readyMillis: nowMillis, cost: 1 }":
      "every caller has asked the store for the first call",
    "const [waitMillis = 1] =": "there is at least one call",
    false: "one call is asked for in the same way as several",
    "heads.length === 0": "one call is asked for in the same way as several",
    'const tooLate: Array<readonly [waiter: Waiter, waitMillis: number | undefined]> = ["Stryker was here"]':
      "a text is no waiting call, and is ignored",
    "return Effect.forEach(tooLate, ([waiter, waitMillis]) => this.#reject(waiter, waitMillis, nowMillis), {})":
      unusedResult,
    "discard: false": unusedResult
  },
  "packages/client/src/limits/queue.ts": {
    "if (false) return": compaction,
    "if (this.#heap.length <= 64 && this.#heap.length <= 2 * size) return": compaction,
    "if (false || this.#heap.length <= 2 * size) return": compaction,
    "if (this.#heap.length < 64 || this.#heap.length <= 2 * size) return": compaction,
    "if (this.#heap.length <= 64 || false) return": compaction,
    "if (this.#heap.length <= 64 || this.#heap.length < 2 * size) return": compaction,
    "if (this.#heap.length <= 64 || this.#heap.length > 2 * size) return": compaction,
    "if (this.#heap.length <= 64 || this.#heap.length <= 2 / size) return": compaction,
    "if (this.#heap.length <= 64 || this.#heap.length <= 3 * size) return": compaction,
    "if (this.#heap.length <= 64 || this.#heap.length <= 1 * size) return": compaction,
    "if (heap[parent]!.deadlineMillis < waiting.deadlineMillis) break": "equal deadlines may come in any order",
    "if (heap[child]!.deadlineMillis > moved.deadlineMillis) break": "equal deadlines may come in any order",
    "if (child + 1 < heap.length && heap[child + 1]!.deadlineMillis <= heap[child]!.deadlineMillis) child++":
      "equal deadlines may come in any order"
  },
  "packages/client/src/money/scaled.ts": {
    'const digits = (units <= 0n ? -units : units).toString().padStart(places + 1, "0")': noNegativeZero,
    'const digits = (units < 1n ? -units : units).toString().padStart(places + 1, "0")': noNegativeZero
  },
  "packages/client/src/sending/retry.ts": {
    'const neverSent = (true) && error.requestSent === "no"': "no other failure has the field requestSent",
    "return false": "an infinite timeout never ends the schedule",
    "const wait = false ? Number.POSITIVE_INFINITY : Math.max(delay, requestedWait(error))":
      "without a delay the wait is not a number, and every comparison with it is false"
  },
  "packages/client/src/sending/attempt.ts": {
    "if (false) return attempt": "an infinite limit never ends an attempt",
    "if (true) {": signedWrite,
    'if (signed !== undefined || descriptor.access === "write") {': signedWrite,
    'if (true && descriptor.access === "write") {': signedWrite,
    "if (signed !== undefined && true) {": signedWrite,
    ";": "an attempt that ends with a 401 sets timestampWasOff itself",
    "call.timestampWasOff = true": "an attempt that ends with a 401 sets timestampWasOff itself",
    "true &&": "timestampWasOff is read only after a 401 of a signed request",
    'return Effect.fail(transportError(call, { requestSent: "", code: undefined, reason }))':
      "no time is left for a repeat, and the failure of the call says that an earlier attempt may have been sent"
  },
  "packages/client/src/statuses.ts": {
    'const codes = `${code} ${innerCode.exec(details ?? "Stryker was here!")?.[1]}`': "the text names no code",
    'const codes = `${code} ${innerCode.exec(details ?? "")?.[0]}`': "the text before the code names no other code"
  },
  "packages/client/src/sending/conceal.ts": {
    'character === "-" ? "+" : character === "_" ? "/" : character.toUpperCase()': "both texts are in upper case then",
    "if (false) return [raw, at + 1]": "the pattern does not match at another character",
    "let end = +1": setFirst,
    "let end = -2": setFirst,
    "let end = -0": setFirst,
    "return matched >= Math.min(value.length, pieceLength) ? end : -2": "neither value is above -1",
    [String.raw`for (const part of value.split(/[\s;,]/)) {`]: "an empty part is too short to be replaced",
    "while (true && at < until) {": "without values the loop finds nothing",
    "while (values.length >= 0 && at < until) {": "without values the loop finds nothing",
    "if (true) {": "endOf compares the first character as well",
    "if (found >= end && isStandalone(text, at, found, value)) end = found": sameIfEqual
  },
  "packages/client/src/wire/check.ts": {
    "if (compiled) return interpret": sameValue,
    "if (true) return interpret": sameValue,
    "if (false) return interpret": sameValue,
    "return true ? interpret(json) : Result.succeed(value)": sameValue
  },
  "packages/client/src/sending/SendPolicy.ts": {
    "Effect.map(Random.next, (share) => Math.round(share * Math.min(Duration.toMillis(duration), 10000)))":
      "the default schedule ends before a delay is that long",
    '"",': ownKey
  },
  "packages/client/src/trading/journal.ts": {
    "default:": "a function without a result returns undefined",
    "Stream.filter(Stream.fromSubscription(subscription), (intent) => true)": noneBetween,
    "Stream.filter(Stream.fromSubscription(subscription), (intent) => intent.number >= last)": noneBetween
  },
  "packages/client/src/sending/transport.ts": {
    "for (let depth = 0; depth < 5 && true && current !== null; depth++) {": noMembers,
    "for (let depth = 0; depth < 5 && current !== undefined && true; depth++) {": noMembers,
    "Context.add(HttpClient.TracerPropagationEnabled, true)": "the guard disables the tracing of the client as a whole",
    "false || optionsHeaders === null": "undefined has no headers to merge",
    "if (false) return chunks[0]!": "one chunk is gathered into an equal one",
    "const stated = false ? Number.NaN : Number(length)": "Number reads undefined as NaN",
    'const stated = false || headers["content-encoding"] !== undefined ? Number.NaN : Number(length)':
      "Number reads undefined as NaN",
    "return false": sameBytes,
    "return stated > 0": sameBytes,
    "return stated < 0": sameBytes,
    "return stated >= 1": sameBytes
  },
  "packages/client/src/sending/observer.ts": {
    true: tagged,
    'typeof error === "object" && error !== null && "_tag" in error || typeof error._tag === "string"': tagged,
    'true && typeof error._tag === "string"': tagged,
    'typeof error === "object" && error !== null || "_tag" in error && typeof error._tag === "string"': tagged,
    'true && "_tag" in error && typeof error._tag === "string"': tagged,
    'typeof error === "object" || error !== null && "_tag" in error && typeof error._tag === "string"': tagged,
    'true && error !== null && "_tag" in error && typeof error._tag === "string"': tagged,
    'typeof error === "object" && true && "_tag" in error && typeof error._tag === "string"': tagged,
    'typeof error === "object" && error !== null && "_tag" in error && true': tagged,
    ': ""': tagged,
    'if (typeof error !== "object" || false || !("code" in error)) return undefined': tagged,
    "return true && codePattern.test(code) ? code : undefined":
      "a code is a text, or undefined, which is returned as well",
    "wallNanos: this.#hasTimes ? this.#clock.currentTimeNanosUnsafe() : 1n": "no span shows its times then",
    "if (tracer === undefined && parent === undefined) return": quietSpan,
    "if (false || parent === undefined) return": quietSpan,
    "if (tracer === undefined || false) return": quietSpan,
    'if (resends > 0) this.#record(this.#operation.metrics.retries(this.#lastErrorType ?? ""), 1)':
      "a retry follows a failure"
  },
  "packages/client/src/sending/metrics.ts": {
    "if (true) {": "a metric that is made again has the same key"
  },
  "packages/client/src/sending/encode.ts": {
    'false || (Object.getPrototypeOf(value) === null && Object.hasOwn(value, "isPrototypeOf"))':
      "Object.prototype meets the second condition as well",
    "if (false) return true": "Array.prototype meets the second condition as well",
    "if (false || value === null) return undefined": "a number has no entries, and neither has a boolean",
    "const rest = false ? input : without(input, elsewhere)": "a copy without any field left out is the same body",
    'const pointer = json.includes("") ? illFormed(input, "") : undefined':
      "the search finds nothing in a body without that escape"
  },
  "packages/client/src/sending/sender.ts": {
    "if (true) {": sameCodec,
    ";": sameCodec,
    "const policy = false ? layerPolicy : SendPolicy.resolve(overrides, options.policy)":
      "without overrides, the options resolve to the policy of the layer"
  },
  "packages/client/src/sending/callState.ts": {
    "lastSentAt: Reading = {}": setFirst,
    "lastSentAt: Reading = { wallMillis: 1, monotonicMillis: 0 }": setFirst,
    "lastSentAt: Reading = { wallMillis: 0, monotonicMillis: 1 }": setFirst,
    "timestampWasOff = true": "each attempt sets it before it is read",
    "this.hasClientId = true && wire.keyed": "only a keyed operation has a key"
  },
  "packages/client/src/sending/timeout.ts": {
    "const longestTimerMillis = 1 ** 31 - 1": slowTimeout,
    "const longestTimerMillis = 2 ** 31 - 2": slowTimeout,
    "if (true) {": slowTimeout,
    ";": "the observer of the interrupted effect clears the timer as well",
    "if (parent.getRef(Clock.Clock) !== platformClock || millis >= longestTimerMillis) {": slowTimeout
  },
  "packages/client/src/sending/skew.ts": {
    [String.raw`const rfc850 = /[A-Z][a-z]+day, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT$/`]: rewritten,
    [String.raw`const rfc850 = /^[A-Z][a-z]+day, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT/`]: rewritten,
    [String.raw`const asctime = /[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})$/`]: rewritten,
    [String.raw`const asctime = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})/`]: rewritten,
    'if (date === undefined || age !== undefined || /\\bhit\\b|refreshhit/i.test(headers["x-cache"] ?? "Stryker was here!")) return undefined':
      "the text does not name a cache hit",
    "return false || millis < 0 ? undefined : millis": "undefined is not below 0, and is returned unchanged",
    "let latest: Reading = {}": unread,
    "let latest: Reading = { wallMillis: 1, monotonicMillis: 0 }": unread,
    "let latest: Reading = { wallMillis: 0, monotonicMillis: 1 }": unread,
    "if (true && jumped(latest, now)) older = newer = undefined": "while newer is undefined, older is undefined too"
  },
  "packages/client/src/wire/issue.ts": {
    'const { pointer, reason } = walk(issue, "", 1)': "depths are only compared with each other"
  },
  "packages/client/src/limits/costs.ts": {
    "const below = false || path.startsWith(`${root}/`) ? path.slice(root.length) : path":
      "no operation has the root as its path",
    [String.raw`.map((segment) => (segment.startsWith("*") ? "*" : /^(?::|\{.*\}$)/.test(segment) ? "" : segment))`]:
      "any text can stand for a parameter, because both sides use the same",
    "if (true) {": sameCost,
    ";": sameCost
  },
  "packages/client/src/money/Fees.ts": {
    [String.raw`const numberText = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?/`]:
      "the text of a number that starts with a digit matches to its end",
    'const [, whole = "Stryker was here!", decimals = "", exponent = "0"] = match': alwaysMatched,
    'const [, whole = "", decimals = "", exponent = ""] = match': "BigInt reads an empty text as 0",
    "return shift <= 0n": "both branches give the same fraction for a shift of 0",
    "return shift < 1n": "both branches give the same fraction for a shift of 0",
    "const [step, due] = isOlder ? [oneCent, true ? carried - 1n : 0n] : [balance, carried]": belowOneCent,
    "const [step, due] = isOlder ? [oneCent, carried >= 0n ? carried - 1n : 0n] : [balance, carried]": belowOneCent,
    "const [step, due] = isOlder ? [oneCent, carried > 1n ? carried - 1n : 0n] : [balance, carried]": belowOneCent,
    "const [step, due] = isOlder ? [oneCent, carried > 0n ? carried - 1n : 1n] : [balance, carried]": belowOneCent,
    "const rebate = ((due <= fee ? due : fee) / step) * step": sameIfEqual
  },
  "packages/client/src/money/OrderCost.ts": {
    "const max = (a: bigint, b: bigint): bigint => (a >= b ? a : b)": sameIfEqual,
    "const min = (a: bigint, b: bigint): bigint => (a <= b ? a : b)": sameIfEqual
  },
  "packages/client/src/money/PriceGrid.ts": {
    ".sort((a, b) => (a.start < b.start || (a.start === b.start && a.end < b.end) ? -2 : 1))": onlyTheSign,
    ".sort((a, b) => (a.start < b.start || (a.start === b.start && a.end < b.end) ? -1 : 2))": onlyTheSign,
    ".sort((a, b) => (a.start < b.start || (a.start === b.start && a.end < b.end) ? -1 : 0))":
      "sorting reads only whether the result is below zero",
    ".sort((a, b) => (a.start < b.start || (a.start === b.start && a.end <= b.end) ? -1 : 1))":
      "equal ranges overlap in either order, and are refused",
    ".sort((a, b) => (a.start < b.start || (true && a.end < b.end) ? -1 : 1))":
      "the order differs only for a range within another, which is refused",
    "let previousEnd = -2n": "no range starts below 0",
    "let previousEnd = -0n": "no range starts below 0",
    "const within = micros <= run.last ? micros : run.last": sameIfEqual,
    "const steps = micros >= run.start ? divideUp(micros - run.start, run.step) : 0n": "a price is 0 steps from itself",
    "let above = -2n": abovePrices,
    "let above = -0n": abovePrices
  },
  "packages/signing/src/Signer.ts": {
    '>()("") {}': ownKey,
    "if (prefersSync && true && options?.synchronous !== false) {": "a key prefers only what it has"
  },
  "packages/signing/src/RequestSignature.ts": {
    "false ||": "the pattern does not match undefined",
    "!/[A-Za-z0-9+/]+={0,2}$/.test(signature) ||": canonicalBase64,
    "!/^[A-Za-z0-9+/]+={0,2}/.test(signature) ||": canonicalBase64,
    '(true && algorithm.hash.name === "SHA-256" && algorithm.saltLength === 32)': "no other algorithm has a salt"
  },
  "packages/signing/src/internal/nodeCrypto.ts": {
    "const versions = process.versions": caught,
    'return versions["node"] === undefined || versions["bun"] !== undefined || versions["deno"] !== undefined': caught,
    "if (false) return undefined": caught,
    "} catch {}": "a function without a result returns undefined"
  },
  "packages/signing/src/internal/pem.ts": {
    [String.raw`const base64 = body.replace(/\s/g, "")`]: "white space is removed one character at a time"
  },
  "packages/signing/src/internal/der.ts": {
    'if (false || first === undefined) return "truncated"': "without a first byte there is no second one",
    "return true && element.tag === tag && element.encoded.length === bytes.length": "a text has no tag",
    'return typeof element !== "" && element.tag === tag && element.encoded.length === bytes.length':
      "a text has no tag"
  },
  "packages/signing/src/internal/structure.ts": {
    'const [identifier, parameters, ...more] = Der.children(algorithmIdentifier) ?? ["Stryker was here"]':
      "a text has no tag, and is refused like undefined"
  },
  "packages/signing/src/internal/rsaNumbers.ts": {
    "return members.every(({ contents, tag }) => tag === Der.tags.integer && (contents[0] ?? 256) < 0x80)":
      "neither value is below 0x80",
    "if (e < 2n || p < 3n || q < 3n) return mismatch": evenNumber,
    "if (e < 3n || p < 2n || q < 3n) return mismatch": evenNumber,
    "if (e < 3n || p < 3n || q < 2n) return mismatch": evenNumber,
    "if (e < 3n || p <= 3n || q < 3n) return mismatch": factorOfThree,
    "if (e < 3n || p < 4n || q < 3n) return mismatch": factorOfThree,
    "if (e < 3n || p < 3n || q <= 3n) return mismatch": factorOfThree,
    "if (e < 3n || p < 3n || q < 4n) return mismatch": factorOfThree,
    'const [version, ...members] = (sequence === undefined ? undefined : Der.children(sequence)) ?? ["Stryker was here"]':
      "a text has no tag, and is refused like undefined"
  }
}
