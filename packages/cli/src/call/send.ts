/**
 * Sends the request of an operation. A change is shown and confirmed first, unless `--yes` is set.
 *
 * @module
 */
import type * as Environment from "@kalshi-effect/client/Environment"
import { NotSent } from "@kalshi-effect/client/Errors"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as ClientOperation from "@kalshi-effect/client/Operation"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import { changeConnection, type ChangeOptions, confirm, requireShown, send } from "../app/changes.ts"
import { apiKey, environment, publicLayer, readLayer } from "../app/connection.ts"
import { CommandError } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { plain } from "../output/plain.ts"
import type { Operation } from "./operations.ts"
import { toYaml } from "./print.ts"
import { withSecretFile } from "./secretFile.ts"

/** A request as it would be sent, except for the key, the signature and the timestamp. */
interface Request {
  readonly operation: string
  readonly method: string
  /** From the host's root, with the query. */
  readonly path: string
  readonly body: unknown
}

/** A dry run signs nothing. */
const noSigner = Signer.make({
  keyId: "none",
  kind: "ed25519",
  sign: () => Effect.die(new Error("A dry run must not sign"))
})

const requestOf = (operation: Operation, input: unknown, environment: Environment.Environment) => {
  // `layerDryRun` records writes, but sends reads. So a read is converted to a write with the same request.
  const asWrite = ClientOperation.make({ ...operation.descriptor, access: "write" } as never) as unknown as Operation // every descriptor has the fields that `make` needs
  return asWrite(input).pipe(
    Effect.provide(Layer.fresh(Kalshi.layerDryRun({ environment, signer: noSigner }))),
    Effect.flip,
    Effect.filterOrFail(
      (error) => error instanceof NotSent,
      (error) => error
    ),
    Effect.map(({ intent }): Request => ({
      operation: operation.descriptor.name,
      method: intent.method,
      path: intent.path,
      body: intent.body
    }))
  )
}

const formatRequest = ({ body, method, path }: Request): string =>
  `${method} ${plain(path)}${body === undefined ? "" : `\n${JSON.stringify(body, null, 2)}`}`

const printRequest = (request: Request, { name, restUrl }: Environment.Environment) =>
  Output.value(
    {
      outcome: "not_sent",
      environment: name,
      rest_url: restUrl,
      operation: request.operation,
      requests: [{ method: request.method, path: request.path, body: request.body }]
    },
    () => formatRequest(request)
  )

/** Prints a response. `print` must be `Output.value` for a read, and `Output.outcome` for a change. */
export const printResponse = (response: unknown, print: typeof Output.value | typeof Output.outcome = Output.value) =>
  Effect.gen(function* () {
    const text = response === undefined ? "" : yield* Effect.promise(() => toYaml(response))
    yield* print(response ?? null, () => text)
    if (response === undefined) yield* Output.note("Done. The response is empty")
  })

/** Fails if the exchange refused items of a batch. The response of such a batch has a success status. */
const requireNoRefusal = (response: unknown) => {
  const items = Predicate.isObject(response) ? Object.values(response).filter(Array.isArray).flat() : []
  const refused = items.filter((item: unknown) => Predicate.hasProperty(item, "error") && item.error != null)
  if (refused.length === 0) return Effect.void
  const rest = refused.length === items.length ? "" : " It carried out the other items."
  return new CommandError({
    exit: "refused",
    message: `The exchange refused ${refused.length} of ${items.length} items.${rest} The response says which items it refused, and why`,
    details: { refused: refused.length, items: items.length }
  })
}

/** Chooses the client of a read. A read of order books is public, but is signed if there is a key. */
export const layerOf = ({ access, auth }: Operation["descriptor"]) =>
  Effect.gen(function* () {
    if (access !== "public") return readLayer
    return auth === "optional" && (yield* apiKey) !== undefined ? readLayer : publicLayer
  })

export const change = (operation: Operation, input: unknown, secretPath: string | undefined, options: ChangeOptions) =>
  Effect.gen(function* () {
    const connection = yield* changeConnection(options)
    const request = yield* requestOf(operation, input, connection.environment)
    if (!options.yes) yield* requireShown(printRequest(request, connection.environment))
    yield* confirm(`Send ${request.method} ${plain(request.path)}?`, connection.environment, options)
    const call = operation(input).pipe(Effect.provide(Kalshi.layer(connection)))
    const response = secretPath === undefined ? call : withSecretFile(secretPath, call)
    const sent = Effect.flatMap(response, (value) =>
      Effect.andThen(printResponse(value, Output.outcome), requireNoRefusal(value))
    )
    yield* send(sent, "Read the state with `kalshi call` before you send the request again")
  })

export const dryRun = (operation: Operation, input: unknown) =>
  Effect.gen(function* () {
    const target = yield* environment
    yield* printRequest(yield* requestOf(operation, input, target), target)
    if ((yield* Output.format) === "human") yield* Output.note("This is a dry run: nothing was sent")
  })
