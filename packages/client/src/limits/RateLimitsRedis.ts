/**
 * A store for `RateLimits` in Redis. With it, processes on several machines share the budget of one account.
 *
 * **Details**
 *
 * Every decision is one run of a Lua script. The script uses the clock of the Redis server, so the clocks of the
 * processes do not matter. The calls of all processes form one queue, in which urgent calls go first. A call that does
 * not wait runs the script twice: to take its tokens, and to report the response in the background. Requires Redis 5 or
 * newer, or Valkey. The store uses one Redis key per account.
 *
 * **Gotchas**
 *
 * - If Redis does not respond within `timeout`, each process counts tokens in its own memory. It queries Redis again
 *   after a second. Until Redis responds, the processes together can exceed the account's budget and receive 429.
 * - If a process dies, its waiting calls stay in the queue for up to two more seconds.
 * - The buckets refill too early if the server's clock is set forward, or if a replica whose clock is ahead takes over.
 *   Adjust the server's clock gradually, not in one step.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"
import { monotonicMillis } from "../time.ts"
import * as memory from "./memory.ts"
import * as RateLimits from "./RateLimits.ts"

/** Options of the store. */
export interface Options {
  /** The prefix of the store's keys. Default: `kalshi-limits:`. */
  readonly prefix?: string | undefined
  /** How long Redis may take to respond before it counts as unavailable. Default: 500 ms. */
  readonly timeout?: Duration.Input | undefined
}

/** The pause between a failed query to Redis and the next query. */
const unavailableMillis = 1_000

/**
 * The script that makes every decision. Each account is a hash. Times are in microseconds.
 *
 * A bucket is a field `b:<name>` with these values:
 *
 * - the tokens, and the time at which they were counted
 * - the fetched rate and capacity, or zeros
 * - the older and the newer reserved tokens
 * - the time at which the older reserved tokens are charged
 * - the latency
 *
 * A waiting call is a field `p:<id>` with these values:
 *
 * - the urgency
 * - the time at which the wait began
 * - the time at which the call expires
 * - the cost and the buckets
 *
 * `memory.ts` makes the same decisions, and explains why tokens are reserved before they are charged.
 */
const lua = `
local key, op, id = KEYS[1], ARGV[1], ARGV[2]
local urgent, waited, cost, latency = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local forced = ARGV[7] == '1'
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local function exact(number) return string.format('%.17g', number) end

local places, found = {}, {}
local fields = redis.call('HGETALL', key)
for i = 1, #fields, 2 do
  local field, value = fields[i], fields[i + 1]
  if string.sub(field, 1, 2) == 'b:' then
    local numbers = {}
    for number in string.gmatch(value, '%S+') do numbers[#numbers + 1] = tonumber(number) end
    found[string.sub(field, 3)] = {
      tokens = numbers[1], at = numbers[2], rate = numbers[3], capacity = numbers[4],
      older = numbers[5], newer = numbers[6], lapses = numbers[7], latency = numbers[8]
    }
  else
    local place, since, lapses, wants, names = string.match(value, '^(%S+) (%S+) (%S+) (%S+)( .*)$')
    if tonumber(lapses) <= now then
      redis.call('HDEL', key, field)
    else
      places[string.sub(field, 3)] = { urgent = place, since = tonumber(since), cost = tonumber(wants), names = names .. ' ' }
    end
  end
end

local function level(bucket, at) return math.min(bucket.holds, bucket.tokens + (at - bucket.at) * bucket.fills) end

local function held(bucket) return bucket.older + bucket.newer end

local function book(bucket, charge, at)
  bucket.tokens, bucket.at = level(bucket, at) - charge, at
end

local buckets, changed = {}, false
for i = 8, #ARGV, 4 do
  local name, rate, capacity = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local bucket = found[name]
    or { tokens = capacity, at = now, rate = 0, capacity = 0, older = 0, newer = 0, lapses = now, latency = 0 }
  if ARGV[i + 3] == '1' then
    changed = changed or bucket.rate ~= rate or bucket.capacity ~= capacity
    bucket.rate, bucket.capacity = rate, capacity
  end
  bucket.name = name
  bucket.fills = (bucket.rate > 0 and bucket.rate or rate) / 1000000
  bucket.holds = bucket.capacity > 0 and bucket.capacity or capacity
  -- Corrects these times if the server's clock was set back.
  bucket.at = math.min(bucket.at, now)
  bucket.lapses = math.min(bucket.lapses, now + bucket.latency)
  while held(bucket) > 0 and bucket.lapses <= now do
    book(bucket, bucket.older, bucket.lapses)
    bucket.older, bucket.newer = bucket.newer, 0
    bucket.lapses = bucket.lapses + bucket.latency
  end
  buckets[#buckets + 1] = bucket
end

local function hold(bucket)
  if held(bucket) == 0 then
    bucket.older, bucket.lapses, bucket.latency = cost, now + latency, latency
  else
    bucket.newer, bucket.latency = bucket.newer + cost, math.max(bucket.latency, latency)
  end
end

local function release(bucket)
  local older = math.min(bucket.older, cost)
  local newer = math.min(bucket.newer, cost - older)
  bucket.older, bucket.newer = bucket.older - older, bucket.newer - newer
  return older + newer
end

local function keep()
  for _, bucket in ipairs(buckets) do
    local numbers = {}
    for i, field in ipairs({ 'tokens', 'at', 'rate', 'capacity', 'older', 'newer', 'lapses', 'latency' }) do
      numbers[i] = exact(bucket[field])
    end
    redis.call('HSET', key, 'b:' .. bucket.name, table.concat(numbers, ' '))
  end
  redis.call('PEXPIRE', key, 3600000)
end

local mine = places[id]
local since = mine and mine.since or now - waited

local function wait(clamped)
  local longest = 0
  for _, bucket in ipairs(buckets) do
    local needs = clamped and math.min(cost, bucket.holds) or cost
    for other, place in pairs(places) do
      local before = place.urgent > urgent
        or (place.urgent == urgent and (place.since < since or (place.since == since and other < id)))
      if other ~= id and before and string.find(place.names, ' ' .. bucket.name .. ' ', 1, true) then
        needs = needs + place.cost
      end
    end
    local under = held(bucket)
    local missing = needs + under - level(bucket, now)
    if missing > 0.000001 then
      local refilled = missing / bucket.fills
      if under > 0 and needs + under > bucket.holds then refilled = math.max(refilled, 10000) end
      longest = math.max(longest, refilled)
    end
  end
  return longest / 1000
end

if op == 'giveUp' then
  redis.call('HDEL', key, 'p:' .. id)
  return '0'
end

if changed then keep() end
if op == 'waitFor' then return exact(wait(false)) end

if op == 'take' then
  local millis = forced and 0 or wait(true)
  if millis > 0 then
    local names = ''
    for _, bucket in ipairs(buckets) do names = names .. ' ' .. bucket.name end
    redis.call('HSET', key, 'p:' .. id,
      urgent .. ' ' .. exact(since) .. ' ' .. exact(now + 2000000) .. ' ' .. exact(cost) .. names)
    redis.call('PEXPIRE', key, 3600000)
    return exact(millis)
  end
  redis.call('HDEL', key, 'p:' .. id)
  for _, bucket in ipairs(buckets) do
    if latency > 0 then hold(bucket) else book(bucket, cost, now) end
  end
elseif op == 'arrived' then
  for _, bucket in ipairs(buckets) do book(bucket, release(bucket), now) end
elseif op == 'giveBack' then
  for _, bucket in ipairs(buckets) do
    if latency > 0 then release(bucket) else bucket.tokens = math.min(bucket.holds, bucket.tokens + cost) end
  end
elseif op == 'drain' then
  for _, bucket in ipairs(buckets) do
    if level(bucket, now) > held(bucket) then bucket.tokens, bucket.at = held(bucket), now end
  end
end
keep()
return '0'
`

const unavailable = "unavailable" as const

type Command = "take" | "giveUp" | "arrived" | "giveBack" | "drain" | "waitFor"

const argumentsOf = (key: string, command: Command, want: RateLimits.Want): ReadonlyArray<unknown> => [
  key,
  command,
  want.id,
  want.urgent ? 1 : 0,
  Math.round(want.waitedMillis * 1000),
  want.cost,
  Math.round(want.latencyMillis * 1000),
  want.forced ? 1 : 0,
  ...want.buckets.flatMap(({ capacity, learned, name, refillRate }) => [name, refillRate, capacity, learned ? 1 : 0])
]

/** Makes a store on the `Redis` service. */
export const make = (options: Options = {}): Effect.Effect<RateLimits.Store, never, Redis.Redis> =>
  Effect.gen(function* () {
    const redis = yield* Redis.Redis
    const prefix = options.prefix ?? "kalshi-limits:"
    // The timeout consists of two sleeps. If this process was suspended, the first sleep is over when the process
    // continues. A response that arrived in the meantime is then read during the second sleep.
    const half = Effect.sleep(Duration.divideUnsafe(Duration.fromInputUnsafe(options.timeout ?? "500 millis"), 2))
    const timedOut = Effect.andThen(half, Effect.andThen(half, Effect.fail("no response in time")))
    const run = redis.eval(Redis.script(argumentsOf, { lua, numberOfKeys: 1 }).withReturnType<string>())

    let unavailableUntil: number | undefined
    const query = (command: Command, want: RateLimits.Want): Effect.Effect<number, typeof unavailable> =>
      Effect.clockWith((clock) =>
        Effect.suspend(() => {
          if (unavailableUntil !== undefined && monotonicMillis(clock) < unavailableUntil)
            return Effect.fail(unavailable)
          // The braces keep an account's key on one node of a cluster.
          const response = run(`${prefix}{${want.account}}`, command, want).pipe(
            Effect.map(Number),
            Effect.filterOrFail(Number.isFinite, () => "the response is not a number"),
            Effect.raceFirst(timedOut)
          )
          return Effect.matchEffect(response, {
            onSuccess: (millis) => {
              unavailableUntil = undefined
              return Effect.succeed(millis)
            },
            onFailure: (reason) => {
              const wasAvailable = unavailableUntil === undefined
              unavailableUntil = monotonicMillis(clock) + unavailableMillis
              const logged = wasAvailable
                ? Effect.logWarning(
                    "Redis is unavailable: this process limits its own calls until Redis responds again",
                    reason
                  )
                : Effect.void
              return Effect.andThen(logged, Effect.fail(unavailable))
            }
          })
        })
      )
    const notify = (command: Command, want: RateLimits.Want): Effect.Effect<void> => Effect.ignore(query(command, want))

    const fallback = memory.make()
    const takenFromFallback = new WeakSet<RateLimits.Want>()
    const takeFromFallback = (want: RateLimits.Want): Effect.Effect<number> =>
      Effect.map(fallback.take(want), (millis) => {
        if (millis === 0) takenFromFallback.add(want)
        return millis
      })
    return {
      take: (want) => Effect.catch(query("take", want), () => takeFromFallback(want)),
      giveUp: (want) => Effect.andThen(fallback.giveUp(want), notify("giveUp", want)),
      arrived: (want) => (takenFromFallback.has(want) ? fallback.arrived(want) : notify("arrived", want)),
      giveBack: (want) => (takenFromFallback.has(want) ? fallback.giveBack(want) : notify("giveBack", want)),
      drain: (want) => Effect.andThen(fallback.drain(want), notify("drain", want)),
      waitFor: (want) => Effect.catch(query("waitFor", want), () => fallback.waitFor(want))
    }
  })

/**
 * Provides a store in Redis to `Kalshi` layers.
 *
 * **Example** (Several processes on one account)
 *
 * ```ts
 * import * as Kalshi from "@kalshi-effect/client/Kalshi"
 * import * as RateLimitsRedis from "@kalshi-effect/client/RateLimitsRedis"
 * import * as Layer from "effect/Layer"
 * import type * as Redis from "effect/persistence/Redis"
 *
 * declare const options: Kalshi.Options
 * // On Node: NodeRedis.layer({ url: "redis://…" }) of @effect/platform-node, with its peer `redis`.
 * declare const redis: Layer.Layer<Redis.Redis>
 *
 * const kalshi = Kalshi.layer({ ...options, limits: { account: "mine" } }).pipe(
 *   Layer.provide(RateLimitsRedis.layer()),
 *   Layer.provide(redis)
 * )
 * ```
 */
export const layer = (options?: Options): Layer.Layer<never, never, Redis.Redis> =>
  Layer.effect(RateLimits.Store, make(options))
