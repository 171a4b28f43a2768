/**
 * `kalshi whoami`: the exchange and the key of this run.
 *
 * @module
 */
import * as Account from "@kalshi-effect/client/Account"
import * as ApiKeys from "@kalshi-effect/client/ApiKeys"
import * as ClockSkew from "@kalshi-effect/client/ClockSkew"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { apiKey, environment, signer, subaccount } from "../app/connection.ts"
import { fingerprint } from "../app/fingerprint.ts"
import { chosenProfile } from "../app/profiles.ts"
import * as Output from "../output/Output.ts"
import { plain } from "../output/plain.ts"
import { text } from "./columns.ts"
import { printValue } from "./options.ts"
import { shortSeconds } from "./times.ts"

/**
 * Some operations do not declare 403. If the key has no permission, they respond with 401 and the code
 * `permission_denied`.
 */
const isForbidden = (error: unknown): boolean =>
  (Predicate.hasProperty(error, "status") && error.status === 403) ||
  (Predicate.hasProperty(error, "code") && error.code === "permission_denied")

const ifPermitted = <A, E, R>(read: Effect.Effect<A, E, R>): Effect.Effect<A | undefined, E, R> =>
  Effect.catchIf(read, isForbidden, () => Effect.undefined)

const read = Effect.gen(function* () {
  const target = yield* environment
  const key = yield* apiKey
  // Without a key, `signer` fails with the same error as in every other command.
  if (key === undefined) return yield* Effect.andThen(signer, Effect.never)
  const facts = Effect.gen(function* () {
    const keys = yield* ifPermitted(ApiKeys.list())
    const limits = yield* ifPermitted(Account.limits())
    return { keys, limits, skew: yield* ClockSkew.measured }
  })
  const layer = Kalshi.layerReadOnly({ environment: target, signer: Signer.fromApiKey(key) })
  const { keys, limits, skew } = yield* Effect.provide(facts, layer)
  const registered = keys?.api_keys.find(({ api_key_id }) => api_key_id === key.keyId)
  return {
    environment: target.name,
    rest_url: target.restUrl,
    profile: (yield* chosenProfile)?.name,
    api_key_id: key.keyId,
    key_type: key.kind,
    public_key_fingerprint: yield* fingerprint(key.publicKey),
    name: registered?.name,
    scopes: registered?.scopes,
    key_subaccount: registered?.subaccount ?? undefined,
    subaccount: yield* subaccount,
    usage_tier: limits?.usage_tier,
    api_key_region_expiration_ts: keys?.api_key_region_expiration_ts ?? undefined,
    clock_skew: skew && {
      millis: skew.millis,
      lower_millis: skew.lowerMillis,
      upper_millis: skew.upperMillis
    }
  }
})

const formatSkew = (skew: NonNullable<Effect.Success<typeof read>["clock_skew"]>, screen: Output.Screen): string => {
  const { lower_millis, millis, upper_millis } = skew
  if (lower_millis <= 0 && upper_millis >= 0) return "agrees with the exchange's clock"
  const seconds = (Math.abs(millis) / 1000).toFixed(1)
  const words = `about ${seconds} s ${millis > 0 ? "behind" : "ahead of"} the exchange's clock`
  return Math.abs(millis) < 5000 ? words : screen.paint("red", words)
}

export const whoami = Command.make("whoami", {}, () =>
  printValue(read, (me, screen) =>
    Output.formatFields(screen, [
      ["environment", me.rest_url.startsWith(me.environment) ? me.rest_url : `${me.environment} (${me.rest_url})`],
      ["profile", me.profile],
      ["key id", me.api_key_id],
      ["key type", me.key_type],
      ["public key", me.public_key_fingerprint],
      ["name", me.name === undefined ? undefined : plain(me.name)],
      ["scopes", me.scopes === undefined ? "not readable with this key" : plain(me.scopes.join(", "))],
      ["locked to", me.key_subaccount === undefined ? undefined : `subaccount ${me.key_subaccount}`],
      ["subaccount", text(me.subaccount)],
      ["tier", me.usage_tier === undefined ? "not readable with this key" : plain(me.usage_tier)],
      [
        "location attested until",
        me.api_key_region_expiration_ts === undefined ? undefined : shortSeconds(me.api_key_region_expiration_ts)
      ],
      ["clock", me.clock_skew === undefined ? "not measured" : formatSkew(me.clock_skew, screen)]
    ])
  )
).pipe(
  Command.withDescription(
    "Shows the exchange and the key of this run: the key's kind, fingerprint and scopes, the usage tier, and whether this machine's clock agrees with the exchange's clock"
  ),
  Command.withShortDescription("Shows the exchange and the key of this run"),
  Command.withExamples([{ command: "kalshi whoami --profile demo", description: "Checks the key of a profile" }])
)
