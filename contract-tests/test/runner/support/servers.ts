/** Starts servers on loopback: a local exchange, or a server with a given request listener. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { once } from "node:events"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { makeWorld, type World } from "../../../src/targets/World.ts"

export const withServer = async <A>(listener: RequestListener, use: (url: string) => Promise<A>): Promise<A> => {
  const server = createServer(listener).listen(0, "127.0.0.1")
  await once(server, "listening")
  try {
    const { port } = server.address() as AddressInfo // A TCP server has no other kind of address.
    return await use(`http://127.0.0.1:${port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** A seeded local exchange over HTTP. */
export interface Served {
  readonly sandbox: Sandbox.Operator
  readonly world: World
  /** The environment variables for the command. */
  readonly key: { readonly KALSHI_API_KEY_ID: string; readonly KALSHI_PRIVATE_KEY: string }
}

export const keyOf = ({ keyId, privateKey }: Sandbox.Credentials): Served["key"] => ({
  KALSHI_API_KEY_ID: keyId,
  KALSHI_PRIVATE_KEY: Redacted.value(privateKey)
})

/** Runs `use` with a seeded exchange. It has no archived entities, because the seeding does not advance its clock. */
export const withServedExchange = <A, E>(
  use: (served: Served) => Effect.Effect<A, E, Sandbox.Sandbox>
): Effect.Effect<A, unknown> =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.Sandbox
    const world = yield* makeWorld(() => Effect.void)
    return yield* use({ sandbox, world, key: keyOf(world.signer) })
  }).pipe(Effect.provide([Sandbox.layer(), NodeHttpClient.layerUndici]))
