/** Faults of sending. P9 must detect them. */
import { change, faultsOf, type Change, type Fault } from "./Fault.ts"

const pipeline = "packages/client/src/sending/sender.ts"
const transport = "packages/client/src/sending/transport.ts"
const encode = "packages/client/src/sending/encode.ts"
const batches = "packages/client/src/rest/RfqBatches.ts"
const decode = "packages/client/src/sending/decode.ts"
const statuses = "packages/client/src/statuses.ts"
const limits = "packages/client/src/limits/limiter.ts"

const fault = (
  name: string,
  file: string,
  operation: string,
  changes: ReadonlyArray<Change>,
  runs?: number
): Fault => ({ name, file, changes, seenBy: "P9", operations: [operation], ...(runs === undefined ? {} : { runs }) })

const canceling = faultsOf("packages/client/src/trading/canceling.ts", "packages/client/test/Orders.test.ts")

/** Every one of them. */
export const sendingFaults: ReadonlyArray<Fault> = [
  fault("repeats what must never be repeated", pipeline, "OrderGroups.create", [
    change('const repeatable = descriptor.retry === "idempotent" || keyed', "const repeatable = true")
  ]),
  fault("repeats an order that carries no id", pipeline, "Orders.create", [
    change('descriptor.retry === "keyed" && wire.keyed', 'descriptor.retry === "keyed"')
  ]),
  fault("takes an empty id for an id", encode, "Orders.batchCreate", [change(' && item[field] !== ""', "")]),
  fault("takes a batch for keyed where one of its orders is", encode, "Orders.batchCreate", [
    change("items.every(hasId)", "items.some(hasId)")
  ]),
  fault("repeats a batch of RFQs that carries no id", pipeline, "RfqBatches.create", [
    change('descriptor.retry === "keyed" && wire.keyed', 'descriptor.retry === "keyed"')
  ]),
  fault("does not know a batch of RFQs by its id", batches, "RfqBatches.create", [
    change('key: { field: "client_batch_id" }', 'key: { field: "client_order_id" }')
  ]),
  fault("repeats the acceptance of a batch that carries no id", batches, "RfqBatches.accept", [
    change('retry: "keyed",\n  key: { field: "client_order_id" }', 'retry: "idempotent"')
  ]),
  fault("takes a keyed operation's list for its body", encode, "Orders.batchCreate", [
    change("if (list === undefined) return hasId(body)", "if (true) return hasId(body)")
  ]),
  fault("gives each attempt an id of its own", pipeline, "Orders.create", [
    change(
      "body: wire.body\n",
      'body: wire.body?.replace(/("client_order_id":")/, (start) => `${start}${call.attempts}-`)\n'
    )
  ]),
  fault("repeats a request that was answered 400", pipeline, "Orders.create", [
    change("return neverSent ||", 'return error._tag === "BadRequest" || neverSent ||')
  ]),
  fault("does not repeat after a 503", statuses, "OrderGroups.get", [
    change("status === 408 || status >= 500", "status === 408 || (status >= 500 && status !== 503)")
  ]),
  fault("takes the statuses of a CDN for final", statuses, "OrderGroups.get", [
    change("status === 408 || status >= 500", "status === 408 || (status >= 500 && status <= 504)")
  ]),
  fault("takes a 408 for final", statuses, "OrderGroups.get", [
    change("status === 408 || status >= 500", "status >= 500")
  ]),
  fault("takes a 425 for final", statuses, "OrderGroups.create", [
    change("status === 425 || status === 429", "status === 429")
  ]),
  fault("takes a 425 for an answer that was lost", statuses, "OrderGroups.delete", [
    change("status === 408 || status >= 500", "status === 408 || status === 425 || status >= 500")
  ]),
  fault("does not sign anew for an expired timestamp", pipeline, "OrderGroups.create", [
    change("call.signedAnew = blamesTimestamp(error.body) ||", "call.signedAnew =")
  ]),
  fault(
    "signs anew as often as a timestamp expires",
    pipeline,
    "OrderGroups.create",
    [change("if (call.signedAnew || !(", "if (!(")],
    1500
  ),
  fault("signs anew after every 401", pipeline, "OrderGroups.create", [
    change("call.signedAnew = blamesTimestamp(error.body) ||", "call.signedAnew = true ||")
  ]),
  fault("repeats an unsigned request whose timestamp expired", pipeline, "Markets.list", [
    change("if (signed(descriptor) === undefined) return false\n", "")
  ]),
  fault("counts an expired timestamp as a lost answer", pipeline, "OrderGroups.create", [
    change(
      '"status" in error && isLostStatus(error.status)',
      '"status" in error && (isLostStatus(error.status) || error.status === 401)'
    )
  ]),
  fault("says of a 520 that the request was not carried out", statuses, "OrderGroups.create", [
    change("!isLostStatus(status) ?", "(status > 504 || !isLostStatus(status)) ?")
  ]),
  fault("waits no longer after a CDN's status than its policy says", decode, "OrderGroups.get", [
    change(
      "return new Errors.UnexpectedStatus({\n          ...repeatable,",
      "return new Errors.UnexpectedStatus({\n          ...repeatable, retryAfterMillis: undefined,"
    )
  ]),
  fault("takes a reset for a request that never left", transport, "OrderGroups.create", [
    change('reason._tag === "EncodeError" ||', 'reason._tag === "EncodeError" || code === "ECONNRESET" ||')
  ]),
  fault("takes a refused read for a refused connection", transport, "OrderGroups.create", [
    change('(whileConnecting.has(code) && call === "connect")', "whileConnecting.has(code)")
  ]),
  fault("takes a request without an answer for one that never left", pipeline, "OrderGroups.create", [
    change('requestSent: call.attempts > before ? "maybe" : "no"', 'requestSent: "no"')
  ]),
  fault("sends the first attempt's signature again", pipeline, "OrderGroups.get", [
    change(
      "return Effect.flatMap(headers, (auth) => {",
      `return Effect.flatMap(
        Effect.suspend(() => call.kept === undefined
          ? Effect.tap(headers, (made) => Effect.sync(() => { call.kept = made }))
          : Effect.succeed(call.kept)),
        (auth) => {`
    )
  ]),
  fault("signs before it waits", pipeline, "OrderGroups.get", [
    change("Effect.sleep(wait),", "Effect.sync(() => { call.waitMillis = wait }),"),
    change(
      "return Effect.flatMap(headers, (auth) => {",
      "return Effect.flatMap(Effect.tap(headers, () => Effect.sleep(call.waitMillis ?? 0)), (auth) => {"
    )
  ]),
  fault("waits for a repeat past the whole call's time", pipeline, "OrderGroups.get", [
    change("return wait < remaining() && !tooLate", "return wait >= 0 && !tooLate")
  ]),
  fault("does not end an attempt when the whole call's time is up", pipeline, "OrderGroups.get", [
    change("const total = remainingMillis <= policy.attemptMillis", "const total = false")
  ]),
  fault("does not end an attempt when its own time is up", pipeline, "OrderGroups.get", [
    change("const total = remainingMillis <= policy.attemptMillis", "const total = true")
  ]),
  fault(
    "sends what the wait for tokens has left no time for",
    pipeline,
    "OrderGroups.create",
    [change("return duration > 0 ?", "return true ?")],
    1500
  ),
  fault("goes on when its policy has ended", pipeline, "OrderGroups.get", [
    change("onDone: () => Effect.undefined,", "onDone: () => Effect.succeed(0),")
  ]),
  fault("ends in a defect where its policy throws", pipeline, "OrderGroups.get", [
    change("Effect.suspend(() => step(...input))", "step(...input)")
  ]),
  fault("does not wait as long as it was asked to", pipeline, "OrderGroups.get", [
    change("Math.max(delay, askedWait(error))", "delay")
  ]),
  fault(
    "repeats an order when its id may be forgotten",
    pipeline,
    "Orders.create",
    [change("monotonicMillis() + wait - call.lostAtMillis > keyHorizonMillis", "false")],
    1000
  ),
  fault("says of no answer that an earlier one was lost", pipeline, "OrderGroups.delete", [
    change("lostAnswer: call.lostAtMillis !== undefined", "lostAnswer: false")
  ]),
  fault("says of every repeat's answer that an earlier one was lost", pipeline, "OrderGroups.delete", [
    change("lostAnswer: call.lostAtMillis !== undefined", "lostAnswer: call.attempts > 1")
  ]),
  fault("tells of the last attempt alone whether a request was sent", pipeline, "OrderGroups.get", [
    change("call.lostAtMillis === undefined || isLost(last)", "call !== undefined")
  ]),
  fault("says of a lost answer that an earlier one was lost", pipeline, "OrderGroups.create", [
    change("call.lostAtMillis === undefined || isLost(last)", "call.lostAtMillis === undefined")
  ]),
  fault("sends once more when it is interrupted", pipeline, "OrderGroups.get", [
    change(
      "return Effect.catch(once, (error) =>",
      "return Effect.catch(Effect.onInterrupt(once, () => Effect.ignore(once)), (error) =>"
    )
  ]),
  fault("waits on when it is interrupted between two attempts", pipeline, "OrderGroups.get", [
    change("Effect.sleep(wait),", "Effect.uninterruptible(Effect.sleep(wait)),")
  ]),
  fault("leaves its request open when it is interrupted", transport, "OrderGroups.get", [
    change("return client.execute(request).pipe(", "return Effect.uninterruptible(client.execute(request)).pipe(")
  ]),
  fault(
    "pays for its first attempt alone",
    pipeline,
    "OrderGroups.create",
    [change("if (metered === undefined) return one", "if (metered === undefined || call.attempts > 0) return one")],
    1000
  ),
  fault("takes back the tokens of what was sent", limits, "OrderGroups.create", [
    change("if (!wasSent || (failure", "if (true || (failure")
  ]),
  canceling(
    "says that no cancel was sent after one that was lost",
    undefined,
    "failure !== undefined && !lost",
    "failure !== undefined"
  ),
  canceling(
    "forgets a lost cancel in what a later one says",
    undefined,
    "lost ? standing(answer.failure) : answer.failure",
    "answer.failure"
  ),
  canceling(
    "forgets a cancel that ran out of time",
    undefined,
    "if (canceling && mayRest.error !== undefined)",
    "if (false && mayRest.error !== undefined)"
  ),
  canceling(
    "takes a CDN's status for the refusal of a cancel",
    undefined,
    'error.carriedOut !== "no"',
    "error.afterLostAnswer"
  ),
  canceling("cancels on shard 0 by the market", undefined, "exchange_index < 0", "exchange_index <= 0"),
  canceling(
    "believes a list that is older than the cancel after the clock was set",
    undefined,
    "current.wallMillis - elapsedMillis + aheadMillis(current))",
    "0)"
  )
]
