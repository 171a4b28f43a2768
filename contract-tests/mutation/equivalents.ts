/**
 * Equivalent mutants: no test can kill them, because the changed program behaves like the original. The keys are the
 * source file and the changed line. The value is the reason.
 *
 * @module
 */
const rewritten =
  "without the anchor, `replace` keeps the characters around the date, so the text is not an HTTP date and is refused"
const unread = "the first response replaces the initial value before it is read"
const evenNumber =
  "the equations also refuse 2: with e = 2 every remainder is even, and with p = 2 or q = 2 a remainder is 0"
const factorOfThree = "no real key has the prime factor 3"
const onlyTheSign = "sorting uses only the sign of a comparison"
const existsByDefault = "a finding with a tag other than Decided, MayExist and IdInUse counts as Exists"
const noSuchWords = "the replacement text does not report that an order exists"
const alwaysMatched = "every match contains the group, so the default is never used"
const decoded = "a decoded response always has a valid time"
const comparesUndefined = "every comparison with undefined is false"
const unusedResult = "no code uses the result"
const byDefault = "for this status, the default case gives the same result: the cancel may have been carried out"
const compaction = "the threshold only affects when memory is freed"
const slowTimeout = "Effect.timeoutOrElse gives the same result, but is slower"
const setFirst = "the variable is set before it is read"
const sameCodec = "preparing the codec again gives an equal codec"
const sameCost = "computing the cost again gives the same result"
const abovePrices = "every price of a grid is above 0"
const belowOneCent = "in both cases less than one cent is due, so the rebate is 0"
const sameIfEqual = "both branches give the same result for equal values"
const signedWrite = "only signed writes have a recorder of attempts"
const sameValue = "the compiled and the interpreted schema give the same result"
const uniqueId = "the ids stay unique, and are only compared with each other"
const bellReset = "the serving fiber starts by resetting the bell"
const hasLeft = "the call has left the queue, so the loop continues without waiting"
const canonicalBase64 = "the decoder refuses other characters, or encoding the bytes gives a different text"
const firstMessage = "before the first message, there is nothing that could be repeated"
const noSlot = "a connection never has the slot undefined"
const namesOfSlot = "the names of a command without a subscription are not read"
const sameError = "the call that adds the markets fails with the same error"
const noneBetween = "no intent can arrive between the subscription and the copy of the intents"
const noMembers = "memberOf returns undefined for undefined and for null"
const sameBytes = "reading the body as a stream gives the same bytes"
const caught = "the change causes an exception, which is caught, and the result is undefined in both cases"
const tagged = "every error of a call is an object with a tag"
const quietSpan = "a missing tracer or parent causes an exception, which is ignored"
const ownKey = "no other service has the changed key"
const noNegativeZero = "a bigint has no negative zero"
const fillsTime =
  "for another channel, the call only sets the time of a read that is not wanted, and this time is set again when the read becomes wanted"
const startsAtOnce = "the fiber starts before any time passes in either case"
const validDefault = "both values are valid, and the code only checks this"
const allDecided = "if no order needs a lookup, every finding is decided"

const comparedOnly = "versions are only compared with each other"
const extraCopy = "the change only causes a copy that is not needed"
const olderEpoch =
  "the lines of an older epoch have already been asked for a snapshot, and asking again changes nothing"
const belowZero = "both values are negative, so they have the same effect on a sum"
const sortedBySign = "the sort only tests whether a comparison is negative"
const extraWake = "the change only wakes the timer once more"
const doesNothing = "the case does nothing"
const hasBook = "a line has a number for a market only while the market has a book"
const hasSubscription = "a line without a subscription has no books"
const startsInTime = "the fiber starts before any time passes in either case"
const noSid = "no subscription has the sid undefined"
const snapshotNames = "every snapshot names its market"
const noSuchMarket = "no market has this name"
const wholeTopic = "if a topic has one slot, usersOf returns all its members"
const refusesNothing = "refusing no markets does nothing"
const noDeadline = "every comparison with a text that is not a number is false"
const shortestPause = "the next pause is at least one second in both cases"
const neverUnread = "a snapshot replaces the value before it is read"

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
      "for null, the first operand of && is false, so the second operand is not evaluated",
    "exists === true || clockChanged === true || (true && lastAttemptMillis < placedAtMillis)": comparesUndefined,
    ": lastAttemptMillis + Math.max(maxSkewMillis, now.skew?.upperMillis ?? 1),":
      "maxSkewMillis is greater than both values",
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
      "with either exponent, one second is the smaller operand"
  },
  "packages/client/src/trading/cancelOnExit.ts": {
    "{}": unusedResult,
    "{ discard: false }": unusedResult,
    "return Effect.forEach(untried, (order) => cancelOne(closing, order), { concurrency, discard: false })":
      unusedResult,
    'const all = Effect.all([cancelResting(closing), cancelLost(closing)], { concurrency: "unbounded", discard: false })':
      unusedResult,
    "if (Result.isFailure(result) || false) return":
      "the time limit of the whole closing has the same length and started earlier, so it ends the closing first",
    'if (Result.isFailure(result) || result.success._tag === "") return':
      "the time limit of the whole closing has the same length and started earlier, so it ends the closing first"
  },
  "packages/client/src/trading/placing.ts": {
    'case "IdInUse":': "the next case returns the same finding, because the verdict contains the same error",
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
      "every price of a grid has a complement, so the fallback is never used"
  },
  "packages/client/src/account/AccountFeed.ts": {
    '""': ownKey,
    "true ? Result.succeed(event.account) : Result.fail(undefined)": "the first event of a stream is Live",
    'yield* checkLines("AccountFeed.make", options.lines ?? 2)': validDefault,
    "const { bufferSize = defaultBufferSize, lines = 0, verifyMillis = 60_000 } = options":
      "the session of the layer is always the first line",
    "const due = Latch.makeUnsafe(true)": "the reads close the latch before they wait for it",
    "yield* Effect.forkScoped(reads, {})": startsAtOnce,
    "yield* Effect.forkScoped(reads, { startImmediately: false })": startsAtOnce,
    "if (true) {": "a delay of infinite length never ends"
  },
  "packages/client/src/account/orders.ts": {
    "if (isClosed(order) !== isClosed(next)) return isClosed(next) ? 2 : -1": onlyTheSign,
    "if (isClosed(order) !== isClosed(next)) return isClosed(next) ? 1 : -2": onlyTheSign,
    "if (true) found.push([order, doubt])": "every unconfirmed order has a read",
    "true && (order.updatedMillis ?? Number.NEGATIVE_INFINITY) <= this.#forgottenMillis": comparesUndefined,
    "const isLate = true && origin.startedMillis <= this.#completeMillis": comparesUndefined,
    "if (later !== 0) return later >= 0": "the condition excludes 0"
  },
  "packages/client/src/account/AccountState.ts": {
    "if (true) this.#wantFills(sinceMillis)": fillsTime,
    "if (true) this.#wantFills(Math.min(sinceMillis, this.#fillsReadMillis))": fillsTime,
    'if (this.#fillRead.page(["Stryker was here"], startedMillis, isComplete, receivedMillis) === undefined) return':
      "only the lists of orders and positions use the keys"
  },
  "packages/client/src/account/reading.ts": {
    "if (true) {": "a timeout of no length only lets other fibers run",
    "if (waitMillis >= 0) {": "a timeout of no length only lets other fibers run"
  },
  "packages/client/src/account/events.ts": {
    "else if (true && reader.hasStarted) {": "no status other than Healing follows Live"
  },
  "packages/client/src/account/options.ts": {
    "const { subaccounts = [1] } = options": validDefault,
    "const value = options[name] ?? 2": validDefault,
    "const { fillsFromMillis = 1 } = options": validDefault
  },
  "packages/client/src/account/pushedOrders.ts": {
    "if (false) this.#watchers.delete(id)": "an empty set of watchers only uses memory",
    "if (watchers?.size === 0) ;": "an empty set of watchers only uses memory"
  },
  "packages/client/src/account/rows.ts": {
    'const millis = Date.parse(text ?? "Stryker was here!")': "neither text is a time"
  },
  "packages/client/src/account/fills.ts": {
    ": self.fill.filledMillis <= that.fill.filledMillis": "the condition excludes equal times",
    ";": "a displaced fill is not newer than the newest forgotten fill, so it also counts as known"
  },
  "packages/client/src/account/positions.ts": {
    "if (known !== undefined && true && sentMillis < known.updatedMillis) return false": comparesUndefined
  },
  "packages/client/src/limits/memory.ts": {
    "#count = 1": "the numbers of calls are only compared with each other",
    "if (true && (keep || requested.learned)) buckets.set(requested.name, state)":
      "storing a found bucket again changes nothing",
    ";": setFirst,
    "#latencyMillis = 1": "the first reservation sets the field before it is read",
    "while (this.reserved > 0 && this.#dueMillis < nowMillis) {":
      "tokens that are due exactly now stay reserved, and are later charged as of now",
    "if (false) return 0": "the sum is 0 if no call waits",
    "if (other.account !== want.account || false) continue": "a call is never ordered before itself",
    "? waiting.sinceMillis < sinceMillis || (waiting.sinceMillis === sinceMillis && waiting.number <= number)":
      "no two calls have the same number",
    "if (missing < tolerance) continue": "the difference is never exactly equal to the tolerance",
    "if (this.level(budget, nowMillis) < this.reserved) return": "an equal level is set to itself"
  },
  "packages/client/src/limits/tokens.ts": {
    "return false": "an effect of a local store is synchronous, so a forked effect has ended before the fork returns"
  },
  "packages/client/src/limits/learned.ts": {
    "const both = Effect.all([Effect.exit(endpointCosts), Effect.exit(limits)], { concurrency: 3 })":
      "only two requests run",
    "if (false || !this.isCertain) return": "if no budget was reported, isCertain is false"
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
    "#mustReassess = true": "the first reassessment only repeats the checks that were made when the calls arrived",
    "if (true) this.#bell.ring()": bellReset,
    "#hasRung = true": bellReset,
    "Effect.forkDetach(outsideSpan(this.#serve()), {}),": "the fiber starts before any time passes in either case",
    "Effect.forkDetach(outsideSpan(this.#serve()), { startImmediately: false }),":
      "the fiber starts before any time passes in either case",
    "if (false) return waiter.outcome": "the callback also checks for an outcome before it waits",
    ";": "no code reads the field before it is set again",
    "return Effect.sync(() => {})": "no code reads the field before it is set again",
    "return Effect.succeed(1)": hasLeft,
    "return this.#waiters.has(waiter) ? Effect.succeed(waitMillis) : Effect.as(this.#giveUp(waiter), 1)": hasLeft,
    "if (!this.#waiters.has(waiter)) return Effect.as(this.#refund({ want, atMillis: nowMillis }), 1)": hasLeft,
    "const head = this.#head ?? {}": "every caller has already requested the tokens of the first call, so #head is set",
    "const head = this.#head ?? { readyMillis: nowMillis, cost: 1 }":
      "every caller has already requested the tokens of the first call, so #head is set",
    "const [waitMillis = 1] =": "the list has at least one element",
    false: "Effect.forEach requests the tokens of a single call in the same way",
    "heads.length === 0": "Effect.forEach requests the tokens of a single call in the same way",
    'const tooLate: Array<readonly [waiter: Waiter, waitMillis: number | undefined]> = ["Stryker was here"]':
      "a text is not a waiting call, so #reject ignores it",
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
    "if (heap[parent]!.deadlineMillis < waiting.deadlineMillis) break":
      "calls with equal deadlines may be in any order",
    "if (heap[child]!.deadlineMillis > moved.deadlineMillis) break": "calls with equal deadlines may be in any order",
    "if (child + 1 < heap.length && heap[child + 1]!.deadlineMillis <= heap[child]!.deadlineMillis) child++":
      "calls with equal deadlines may be in any order"
  },
  "packages/client/src/money/scaled.ts": {
    'const digits = (units <= 0n ? -units : units).toString().padStart(places + 1, "0")': noNegativeZero,
    'const digits = (units < 1n ? -units : units).toString().padStart(places + 1, "0")': noNegativeZero
  },
  "packages/client/src/sending/retry.ts": {
    'const neverSent = (true) && error.requestSent === "no"': "no other failure has the field requestSent",
    "return false": "a timeout of infinite length never ends the schedule",
    "const wait = false ? Number.POSITIVE_INFINITY : Math.max(delay, requestedWait(error))":
      "without a delay the wait is NaN, and every comparison with NaN is false"
  },
  "packages/client/src/sending/attempt.ts": {
    "if (false) return attempt": "a time limit of infinite length never ends an attempt",
    "if (true) {": signedWrite,
    'if (signed !== undefined || descriptor.access === "write") {': signedWrite,
    'if (true && descriptor.access === "write") {': signedWrite,
    "if (signed !== undefined && true) {": signedWrite,
    ";": "timestampWasOff is read only after a 401, and an attempt that ends with a 401 sets it",
    "call.timestampWasOff = true":
      "timestampWasOff is read only after a 401, and an attempt that ends with a 401 sets it",
    "true &&": "timestampWasOff is read only after a 401 of a signed request",
    'return Effect.fail(transportError(call, { requestSent: "", code: undefined, reason }))':
      "no time is left for a retry, and the error of the call reports that an earlier attempt may have been sent"
  },
  "packages/client/src/statuses.ts": {
    'const codes = `${code} ${innerCode.exec(details ?? "Stryker was here!")?.[1]}`':
      "the replacement text contains no code",
    'const codes = `${code} ${innerCode.exec(details ?? "")?.[0]}`':
      "the text before the code contains neither of the searched words"
  },
  "packages/client/src/sending/conceal.ts": {
    'character === "-" ? "+" : character === "_" ? "/" : character.toUpperCase()':
      "both sides of every comparison are then in upper case",
    "if (false) return [raw, at + 1]": "the pattern of escapes matches only at `%`, `\\` and `&`",
    "let end = +1": setFirst,
    "let end = -2": setFirst,
    "let end = -0": setFirst,
    "return matched >= Math.min(value.length, pieceLength) ? end : -2": "the caller uses only values above -1",
    [String.raw`for (const part of value.split(/[\s;,]/)) {`]: "an empty part is too short to be concealed",
    "while (true && at < until) {": "without values, the loop changes nothing",
    "while (values.length >= 0 && at < until) {": "without values, the loop changes nothing",
    "if (true) {": "endOf compares the first character too",
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
      "no delay of the default schedule reaches either cap",
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
    "Context.add(HttpClient.TracerPropagationEnabled, true)": "the tracing of the HTTP client is disabled completely",
    "false || optionsHeaders === null": "merging undefined adds no headers",
    "if (false) return chunks[0]!": "gathering a single chunk gives equal bytes",
    "const stated = false ? Number.NaN : Number(length)": "Number(undefined) is NaN",
    'const stated = false || headers["content-encoding"] !== undefined ? Number.NaN : Number(length)':
      "Number(undefined) is NaN",
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
      "a code is always a text or undefined, and undefined is returned in both cases",
    "wallNanos: this.#hasTimes ? this.#clock.currentTimeNanosUnsafe() : 1n":
      "without tracer timing, no span shows the time",
    "if (tracer === undefined && parent === undefined) return": quietSpan,
    "if (false || parent === undefined) return": quietSpan,
    "if (tracer === undefined || false) return": quietSpan,
    'if (resends > 0) this.#record(this.#operation.metrics.retries(this.#lastErrorType ?? ""), 1)':
      "a retry always follows a failure, so the last error type is known"
  },
  "packages/client/src/sending/metrics.ts": {
    "if (true) {": "a metric that is created again has the same key"
  },
  "packages/client/src/sending/encode.ts": {
    'false || (Object.getPrototypeOf(value) === null && Object.hasOwn(value, "isPrototypeOf"))':
      "Object.prototype also meets the second condition",
    "if (false) return true": "Array.prototype also meets the second condition",
    "if (false || value === null) return undefined": "numbers and booleans have no entries",
    "const rest = false ? input : without(input, elsewhere)":
      "a copy from which no field is removed gives the same body",
    'const pointer = json.includes("") ? illFormed(input, "") : undefined':
      "a body without the escape `\\ud` contains no ill-formed text, so the search finds nothing"
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
    "timestampWasOff = true": "each attempt sets the field before it is read",
    "this.hasClientId = true && wire.keyed": "wire.keyed is true only for a keyed operation"
  },
  "packages/client/src/sending/timeout.ts": {
    "const longestTimerMillis = 1 ** 31 - 1": slowTimeout,
    "const longestTimerMillis = 2 ** 31 - 2": slowTimeout,
    "if (true) {": slowTimeout,
    ";": "the observer of the interrupted effect also clears the timer",
    "if (parent.getRef(Clock.Clock) !== platformClock || millis >= longestTimerMillis) {": slowTimeout
  },
  "packages/client/src/sending/skew.ts": {
    [String.raw`const rfc850 = /[A-Z][a-z]+day, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT$/`]: rewritten,
    [String.raw`const rfc850 = /^[A-Z][a-z]+day, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT/`]: rewritten,
    [String.raw`const asctime = /[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})$/`]: rewritten,
    [String.raw`const asctime = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})/`]: rewritten,
    'if (date === undefined || age !== undefined || /\\bhit\\b|refreshhit/i.test(headers["x-cache"] ?? "Stryker was here!")) return undefined':
      "the replacement text does not report a cache hit",
    "return false || millis < 0 ? undefined : millis": "undefined < 0 is false, so undefined is returned in both cases",
    "let latest: Reading = {}": unread,
    "let latest: Reading = { wallMillis: 1, monotonicMillis: 0 }": unread,
    "let latest: Reading = { wallMillis: 0, monotonicMillis: 1 }": unread,
    "if (true && jumped(latest, now)) older = newer = undefined":
      "if newer is undefined, older is undefined too, so nothing changes"
  },
  "packages/client/src/wire/issue.ts": {
    'const { pointer, reason } = walk(issue, "", 1)': "the depths are only compared with each other"
  },
  "packages/client/src/limits/costs.ts": {
    "const below = false || path.startsWith(`${root}/`) ? path.slice(root.length) : path":
      "no operation has the root as its path",
    [String.raw`.map((segment) => (segment.startsWith("*") ? "*" : /^(?::|\{.*\}$)/.test(segment) ? "" : segment))`]:
      "both sides of the comparison use the same placeholder",
    "if (true) {": sameCost,
    ";": sameCost
  },
  "packages/client/src/money/Fees.ts": {
    [String.raw`const numberText = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?/`]:
      "if the text of a number starts with a digit, the pattern matches the complete text",
    'const [, whole = "Stryker was here!", decimals = "", exponent = "0"] = match': alwaysMatched,
    'const [, whole = "", decimals = "", exponent = ""] = match': 'BigInt("") is 0',
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
      "sorting only checks whether the result is negative",
    ".sort((a, b) => (a.start < b.start || (a.start === b.start && a.end <= b.end) ? -1 : 1))":
      "equal ranges overlap in either order, so they are refused",
    ".sort((a, b) => (a.start < b.start || (true && a.end < b.end) ? -1 : 1))":
      "the order differs only for a range inside another range, which is refused",
    "let previousEnd = -2n": "no range starts below 0",
    "let previousEnd = -0n": "no range starts below 0",
    "const within = micros <= run.last ? micros : run.last": sameIfEqual,
    "const steps = micros >= run.start ? divideUp(micros - run.start, run.step) : 0n":
      "the distance of a price from itself is 0 steps",
    "let above = -2n": abovePrices,
    "let above = -0n": abovePrices
  },
  "packages/signing/src/Signer.ts": {
    '>()("") {}': ownKey,
    "if (prefersSync && true && options?.synchronous !== false) {":
      "a key prefers synchronous signing only if it can sign synchronously"
  },
  "packages/signing/src/RequestSignature.ts": {
    "false ||": "the pattern of a timestamp does not match undefined",
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
    [String.raw`const base64 = body.replace(/\s/g, "")`]: "white space is then removed one character at a time"
  },
  "packages/signing/src/internal/der.ts": {
    'if (false || first === undefined) return "truncated"': "without a first byte, there is no second byte",
    "return true && element.tag === tag && element.encoded.length === bytes.length": "a text has no tag",
    'return typeof element !== "" && element.tag === tag && element.encoded.length === bytes.length':
      "a text has no tag"
  },
  "packages/signing/src/internal/structure.ts": {
    'const [identifier, parameters, ...more] = Der.children(algorithmIdentifier) ?? ["Stryker was here"]':
      "a text has no tag, so it is refused like undefined"
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
      "a text has no tag, so it is refused like undefined"
  },
  "packages/client/src/book/OrderBook.ts": {
    "return keys.some((key, index) => keys[index + 1] === key)": "in both cases, each pair of neighbors is compared",
    'readonly #asks = new LevelSide("")': "the name of a side is only compared with bid",
    "#version = 1": comparedOnly,
    "#index = 1": neverUnread,
    "else if ((bids.keys.at(-1) ?? -2) + (asks.keys.at(-1) ?? -1) >= oneDollar) this.#loseCrossed(receivedMillis)":
      belowZero,
    "else if ((bids.keys.at(-1) ?? -1) + (asks.keys.at(-1) ?? -2) >= oneDollar) this.#loseCrossed(receivedMillis)":
      belowZero,
    "if (seq <= this.#seq)": "for an equal seq, the function has already returned",
    "return true && due <= nowMillis": comparesUndefined,
    "if (this.#crossing === undefined && true) {":
      "a delta that does not cross the book removes the crossing again, so the mutant only makes a copy"
  },
  "packages/client/src/book/merge.ts": {
    "#version = 1": comparedOnly,
    "#leaderVersion = 1": "without a leader, the version is not compared",
    "if (found.epoch <= floor.epoch) found.epoch = floor.epoch": sameIfEqual,
    "const isNewEpoch = true": olderEpoch,
    "const isNewEpoch = epoch >= this.#seen.epoch": olderEpoch,
    "if (false) return":
      "in one place, a line is only asked for a snapshot once more; in the other, the line was never live, so it has the same state as the merged book",
    ";": "a lost leader becomes live again only at the position that readers saw, or at a later position, and its book keeps its last reading"
  },
  "packages/client/src/book/side.ts": {
    '#keys: Array<number> = ["Stryker was here"]': neverUnread,
    '#sizes: Array<number> = ["Stryker was here"]': neverUnread,
    "#keysAreShared = true": extraCopy,
    "return this.#keys.length === 0 ? -2 : this.#keys[this.#keys.length - 1]!": belowZero,
    ";": extraCopy,
    "this.#keysAreShared = true": extraCopy,
    "if (true) {": extraCopy
  },
  "packages/client/src/book/compare.ts": {
    'let suspects: ReadonlyArray<number> = ["Stryker was here"]':
      "there is at least one state, which replaces the value",
    "if (false) return []": "an empty list of suspects gives an empty list of differences",
    "live: printCount(newest.get(price) ?? 0),": "if there is a suspect, there is a state"
  },
  "packages/client/src/book/safeUnits.ts": {
    "let decimals = -2": "the first digit, which must come before the point, raises the value to -1"
  },
  "packages/client/src/trading/groupChanges.ts": {
    "default:": "the function ends without a value in either case",
    "#nextSeq = 1": firstMessage,
    'readonly #delivered: Array<string> = ["Stryker was here"]': "no update has this text"
  },
  "packages/client/src/trades/filling.ts": {
    'const fractionOf = (time: string): string => /\\.(\\d*[1-9])/.exec(time)?.[0] ?? ""':
      "two fractions compare in the same way with the point before them",
    "return left < right ? -2 : left > right ? 1 : 0": sortedBySign,
    "return left < right ? -1 : true ? 1 : 0": sortedBySign,
    "return left < right ? -1 : false ? 1 : 0": sortedBySign,
    "return left < right ? -1 : left >= right ? 1 : 0": sortedBySign,
    "return left < right ? -1 : left <= right ? 1 : 0": sortedBySign,
    "return left < right ? -1 : left > right ? 2 : 0": sortedBySign,
    "return left < right ? -1 : left > right ? 0 : 0": sortedBySign,
    "return left < right ? -1 : left > right ? 1 : 1": sortedBySign
  },
  "packages/client/src/trades/coverage.ts": {
    "liveMillis = 1": setFirst,
    "if (lacks !== undefined && (next === undefined || lacks.dueMillis <= next)) next = lacks.dueMillis": sameIfEqual,
    'if (status !== "unproven" || false) continue':
      "a sum with undefined is NaN, and every comparison with NaN is false"
  },
  "packages/client/src/trades/lines.ts": {
    "const capacity = 200000": "the watch may remember more ids than it promises",
    'const everyMarket = "Stryker was here!"': "the text is only compared with itself, and no market has either name",
    "isLive = true": setFirst,
    "line.isLive = true": "the line is lost anyway: all its markets are refused, or it has ended",
    ";": "the timer only wakes once more, an ended subscription is closed again, or the line is lost anyway",
    'case "":': doesNothing,
    '// Only snapshots of books cause this event. case "UnknownKeys":': doesNothing,
    "if (true) this.onTimer()": extraWake,
    "if (due !== undefined || due < this.#wakesMillis) this.onTimer()": extraWake,
    "if (true && due < this.#wakesMillis) this.onTimer()": comparesUndefined,
    "if (due !== undefined && true) this.onTimer()": extraWake,
    "if (due !== undefined && due <= this.#wakesMillis) this.onTimer()": extraWake,
    "if (false) return": "all other lines are already lost, so no missing trades are reported after the end",
    "if (false || errors.includes(undefined)) continue": "`includes` also tests the first element"
  },
  "packages/client/src/book/lines.ts": {
    "#numbers = 1": uniqueId,
    'const isTemporary = false || failure._tag === "TooManyConnections"': sameError,
    'const isTemporary = failure._tag === "" || failure._tag === "TooManyConnections"': sameError,
    "return false ? undefined : next": "an infinite wait is the same as a wait without a limit",
    ";": extraWake,
    "if (markets.length > 0) line.subscription.snapshot(markets)": hasSubscription,
    "if (true) this.#books.get(ticker)?.book.sent(number, id)": "no line has the number undefined",
    "if (number !== undefined) this.#books.get(ticker).book.sent(number, id)": hasBook,
    "if (true) this.#books.get(ticker)?.book.subscribing(number)": "no line has the number undefined",
    "if (number !== undefined) this.#books.get(ticker).book.subscribing(number)": hasBook,
    "if (number === undefined || false) return": hasBook,
    "if (true) this.onTimer()": extraWake,
    "if (due !== undefined || due < this.#wakesMillis) this.onTimer()": extraWake,
    "if (true && due < this.#wakesMillis) this.onTimer()": comparesUndefined,
    "if (due !== undefined && true) this.onTimer()": extraWake,
    "if (due !== undefined && due <= this.#wakesMillis) this.onTimer()": extraWake,
    "this.#books.get(ticker).book.open(number, this.#nowMillis())": hasBook,
    "if (true) this.#books.get(ticker)?.book.close(number, loss, this.#nowMillis())":
      "no line has the number undefined",
    "if (number !== undefined) this.#books.get(ticker).book.close(number, loss, this.#nowMillis())": hasBook,
    "const timer = Latch.makeUnsafe(true)": extraWake,
    "yield* Effect.forkScoped(tickWhenDue(books, timer, clock), {})": startsInTime,
    "yield* Effect.forkScoped(tickWhenDue(books, timer, clock), { startImmediately: false })": startsInTime
  },
  "packages/client/src/book/watching.ts": {
    "default:": "without the statement, the function also returns undefined",
    "if (false) this.#observers.delete(ticker)": "in both cases, no observer is called"
  },
  "packages/client/src/book/audit.ts": {
    "#pauseMillis = 1": setFirst,
    "if (true) yield* Effect.sleep(this.#nextMillis - nowMillis)": "a sleep ends at once if its time is not above 0",
    "if (this.#nextMillis >= nowMillis) yield* Effect.sleep(this.#nextMillis - nowMillis)":
      "a sleep ends at once if its time is not above 0",
    'const [planned = ["Stryker was here"], ...others] = this.#batches': "a market that is not watched is not compared",
    'yield* Effect.catchTag(this.#watch.read("Stryker was here!"), ["BookNotLive", "NotWatched"], () => Effect.void)':
      "neither name is a market",
    'yield* Effect.catchTag(this.#watch.read(""), ["", "NotWatched"], () => Effect.void)':
      "no market has an empty name, so its book is never found"
  },
  "packages/client/src/feed/session/reconcile.ts": {
    "if (true) {":
      "a subscription without a list of names has no acknowledged names, and a slot that needs no command is open",
    "if (false) return": "isFree also checks the status"
  },
  "packages/client/src/feed/session/Session.ts": {
    "#isDueKnown = true": "nothing is due before the first input, and each input computes the time again",
    "if (true) {": "to compute the time again gives the same time"
  },
  "packages/client/src/feed/session/commands.ts": {
    'if (kind === "unsubscribe") slot.status = ""': "no code compares with the status closing",
    'line.verifying = register(core, line, "verify", undefined, ["Stryker was here"])': namesOfSlot,
    'const { id } = register(core, line, "orphan", undefined, ["Stryker was here"])': namesOfSlot
  },
  "packages/client/src/feed/session/core.ts": {
    "isDirty = true": "each input compares the wanted subscriptions with those of the exchange"
  },
  "packages/client/src/feed/session/state.ts": {
    'status: slot.status === "closed" ? "lost" : slot.isSettled && true ? "live" : "restoring",':
      "no other status is settled"
  },
  "packages/client/src/feed/session/wanted.ts": {
    'const unused: Array<string> = ["Stryker was here"]': "no subscription has this name",
    'const others = (topic.byName.get(name) ?? ["Stryker was here"]).filter((other) => other !== member)':
      "byName has each name of a member"
  },
  "packages/client/src/feed/session/replies.ts": {
    "if (false || !isPresent(line, slot) || slot.topic.channel !== msg.channel) {": noSlot,
    "if (false || !isPresent(line, slot)) {": noSlot,
    'if (kind === "subscribe" && true && slot.sid === undefined) {': "opened() ignores the sid undefined",
    "if (false || msg === undefined || Array.isArray(msg)) return undefined": "no reply has a member named undefined"
  },
  "packages/client/src/feed/session/refusals.ts": {
    "const slot = sent?.slot ?? (false ? undefined : line.bySid.get(sid))": noSid,
    "if (false || !isPresent(line, slot)) {": noSlot,
    'const named = new Set([...(msg.market_tickers ?? ["Stryker was here"]), msg.market_ticker])':
      "no market has this name",
    "if (true) refuse(core, topic, left, refusalOf(topic.channel, msg, left))": refusesNothing,
    "if (left.length >= 0) refuse(core, topic, left, refusalOf(topic.channel, msg, left))": refusesNothing
  },
  "packages/client/src/feed/session/changeover.ts": {
    "return true && twin.isSettled && twin.awaited.size === 0":
      "copySlots gives each wanted slot a twin, and a settled slot is open",
    'return twin.status === "open" && twin.isSettled && twin.awaited.size === 0':
      "copySlots gives each wanted slot a twin",
    'line.held = ["Stryker was here"]': "a connection that replaces no other does not read the list",
    ";": "a connection that replaces no other does not read the list",
    "if (false || line.replaces !== undefined || line.slots.length === 0 || isReplaced) continue":
      "if the old connection is not open, copySlots drops the new connection at once"
  },
  "packages/client/src/feed/session/dialling.ts": {
    "if (true) core.byGeneration.delete(line.generation)": "no connection has the number undefined",
    "for (const slot of line.slots) slot.notBeforeMillis = 1": "both times are in the past",
    "if (true) core.outside.abandon(generation, cause)":
      "all callers pass a line that has a connection or a handshake in flight",
    "if (status === 401 && blamesClock === true && core.clockRefusals-- === 0) {": "the number is only compared with 0"
  },
  "packages/client/src/feed/session/requests.ts": {
    "const value = false ? undefined : input.get(naming[0]!)": "no parameter has the name undefined",
    "const params = { action: kind.actions.add, sid: 2, [kind.parameter]: names }":
      "the command is only checked, and both values are valid",
    "id: 1,": "the command is only checked, and both values are valid"
  },
  "packages/client/src/feed/session/transitions.ts": {
    "if (true) slot.line.held = slot.line.held.filter((held) => held.slot !== slot)":
      "a connection that replaces no other does not read the list",
    "if (true && slot.line.bySid.get(slot.sid) === slot) slot.line.bySid.delete(slot.sid)": noSid
  },
  "packages/client/src/feed/session/routing.ts": {
    "if (false) return": noSid,
    "const slot = false ? undefined : line.bySid.get(sid)": noSid,
    "if (!slot.topic.isSequenced) return false":
      "data messages of a channel without seq have no seq after decoding, and the result is not used for replies",
    'if (line.slots.some(isOpening)) line.early.hold(sid, { _tag: "", ...data })': "only the other tag is compared",
    "if (true) onDataReply(core, line, slot, message.id)": "no command has the id undefined",
    "if (isSnapshot && true) onSnapshotReply(core, slot, name)": snapshotNames,
    "if (true) onSnapshot(core, slot, name)": snapshotNames,
    "return true ? name : undefined": "no subscription has a name that is not a text",
    "if (true) core.isDirty = true": "the change only causes a comparison that is not needed",
    "true && Number.isSafeInteger(value) && value > 0 ? value : undefined":
      "isSafeInteger returns false for other types",
    ": {}": "an absent member is undefined",
    "const market = true && slot.names.has(name) ? name : undefined": "no subscription has the name undefined"
  },
  "packages/client/src/feed/session/snapshots.ts": {
    "if (false) continue": "every requested market that is still wanted also waits for its snapshot",
    "const isOpen = true && (slot.acknowledged.has(name) || slot.booked.has(name))": "every wanted name has a slot",
    'const late: Array<string> = ["Stryker was here"]': noSuchMarket,
    "let waitedMillis = 1": "a late market has waited longer",
    ";": "the market is deleted anyway: by the next check after its refusal, or when the subscription is opened again"
  },
  "packages/client/src/feed/session/seq.ts": {
    'return seq === lastSeq ? "duplicate" : seq >= lastSeq ? "missing" : "reset"': "equal numbers are handled earlier"
  },
  "packages/client/src/feed/session/delivery.ts": {
    "if (name === undefined) deliver(core, false ? topic.members : usersOf(slot), event)": wholeTopic,
    "if (name === undefined) deliver(core, topic.slots.length === 0 ? topic.members : usersOf(slot), event)":
      wholeTopic,
    "if (true) deliver(core, members, event)": "every name of a slot has a user",
    "if (slots.length === 0 || slots.some((slot) => slot.isWanted && !(slot.isSettled && true))) return":
      "a wanted slot is settled only while it is open",
    "if (false) return": "without an interruption, no user of these slots has an outage"
  },
  "packages/client/src/feed/session/pending.ts": {
    "return false ? undefined : (this.#waiting.get(id) ?? this.#overdue.get(id))": "no command has the id undefined"
  },
  "packages/client/src/feed/session/verification.ts": {
    "if (slot.command !== undefined || slot.lastCommandId >= sent.id) continue": "two commands never have the same id",
    "if (true && sids.get(slot.sid) === channel) {": noSid,
    ";": "a slot whose command got no reply is not settled, and the reply with the list has already set isDirty",
    'if (true) reopen(core, slot, { msg: "it is not in the list of subscriptions" })':
      "a slot that is not wanted has no users to notify, and is removed at once",
    "if (kind === undefined ? slot.sid === undefined : true) refuseNames(core, slot, markets, error)": refusesNothing,
    "if (kind === undefined ? slot.sid === undefined : markets.length >= 0) refuseNames(core, slot, markets, error)":
      refusesNothing
  },
  "packages/client/src/feed/session/timers.ts": {
    'return ["Stryker was here"]': noDeadline,
    'return core.dialing === undefined ? [Math.max(line.dueMillis, core.dialNotBeforeMillis)] : ["Stryker was here"]':
      noDeadline,
    'return slot.status === "closed" && slot.notBeforeMillis > nowMillis ? [slot.notBeforeMillis] : ["Stryker was here"]':
      noDeadline,
    "return true && slot.notBeforeMillis > nowMillis ? [slot.notBeforeMillis] : []": extraWake,
    'return slot.status === "closed" && slot.notBeforeMillis >= nowMillis ? [slot.notBeforeMillis] : []': extraWake,
    "for (const deadline of deadlinesOf(core, line)) if (true && deadline < next) next = deadline": comparesUndefined,
    "for (const deadline of deadlinesOf(core, line)) if (deadline !== undefined && deadline <= next) next = deadline":
      sameIfEqual,
    "} else if (true) {": "a connection that is not open has no commands, no check and no open subscriptions"
  },
  "packages/client/src/feed/session/pace.ts": {
    "#pauseMillis = 1": shortestPause,
    "this.#pauseMillis = 1": shortestPause
  },
  "packages/client/src/feed/session/delay.ts": {
    "if (delay <= this.#smallest) this.#smallest = delay": sameIfEqual
  }
}
