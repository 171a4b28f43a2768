/**
 * The flags that every command accepts.
 *
 * @module
 */
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"

export const Env = GlobalFlag.Setting("env")({
  flag: Flag.String("env").pipe(
    Flag.withDescription(
      "The exchange: production, demo, sandbox (a local exchange on port 8787) or an address. Default: from --profile, then KALSHI_ENV, then KALSHI_PROFILE, then the default profile"
    ),
    Flag.withMetavar("<exchange>"),
    Flag.optional
  )
})

export const Profile = GlobalFlag.Setting("profile")({
  flag: Flag.String("profile").pipe(
    Flag.withDescription(
      "The profile to use. Default: KALSHI_PROFILE, then the profile that `kalshi profile use` chose"
    ),
    Flag.withMetavar("<name>"),
    Flag.optional
  )
})

export const Subaccount = GlobalFlag.Setting("subaccount")({
  flag: Flag.Int("subaccount").pipe(
    Flag.withDescription(
      "The number of the subaccount; 0 is the primary account. Default: the subaccount of the profile whose key is used, then the default of the exchange"
    ),
    Flag.withMetavar("<number>"),
    Flag.filter(
      (number) => number >= 0,
      () => "a whole number of at least 0"
    ),
    Flag.optional
  )
})

export const Json = GlobalFlag.Setting("json")({
  flag: Flag.Boolean("json").pipe(
    Flag.withDescription("Print one JSON value, or one JSON value per line for a stream"),
    Flag.withDefault(false)
  )
})

export const Csv = GlobalFlag.Setting("csv")({
  flag: Flag.Boolean("csv").pipe(
    Flag.withDescription("Print a list as CSV, with a header line"),
    Flag.withDefault(false)
  )
})

export const Debug = GlobalFlag.Setting("debug")({
  flag: Flag.Boolean("debug").pipe(Flag.withDescription("Print the full cause of an error"), Flag.withDefault(false))
})

export const settings = [Env, Profile, Subaccount, Json, Csv, Debug] as const
