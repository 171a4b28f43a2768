/**
 * API keys: list, register, generate and delete.
 *
 * @module
 */
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import type { KalshiRead, KalshiWrite } from "../Capability.ts"
import { BadRequest, Conflict, Forbidden, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"

export type {
  CreateApiKeyInput as CreateInput,
  DeleteApiKeyInput as DeleteInput,
  GenerateApiKeyInput as GenerateInput,
  GetApiKeysInput as ListInput
} from "../generated/inputs.ts"
export type { ApiKeyScope, ApiKeyType } from "../generated/requests.ts"
export type { ApiKey, CreateApiKeyResponse, GetApiKeysResponse } from "../generated/responses.ts"

/**
 * Lists the account's keys: ids, names, scopes and what they are locked to, never a key itself.
 *
 * **Details**
 *
 * `api_key_region_expiration_ts` (Unix seconds) is when the account's location attestation ends; absent when it never
 * attested. A lapsed one is worth a look when requests are suddenly answered 403.
 */
export const list: Operation.Operation<Inputs.GetApiKeysInput, Responses.GetApiKeysResponse, Unauthorized, KalshiRead> =
  /*#__PURE__*/ Operation.make({
    operationId: "GetApiKeys",
    name: "ApiKeys.list",
    method: "GET",
    path: "/api_keys",
    query: Parameters.GetApiKeysQuery,
    success: { status: 200, body: Responses.GetApiKeysResponse },
    errors: [Unauthorized],
    access: "read",
    retry: "idempotent"
  })

/** What a new key is called, may do and is locked to. */
export interface KeyInput extends Omit<Inputs.CreateApiKeyInput, "public_key"> {}

/**
 * Registers a public key of your own: the private key never leaves you.
 *
 * **Details**
 *
 * For the premier usage level and above, and market makers. Make the pair with `ApiKey.generateKeyPair` of
 * `@kalshi-effect/signing`.
 *
 * **Gotchas**
 *
 * Never repeated after a lost answer: {@link list} shows whether the key is there.
 */
export const create: Operation.Operation<
  Inputs.CreateApiKeyInput,
  Responses.CreateApiKeyResponse,
  BadRequest | Unauthorized | Forbidden | Conflict,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "CreateApiKey",
  name: "ApiKeys.create",
  method: "POST",
  path: "/api_keys",
  body: Requests.CreateApiKeyRequest,
  success: { status: 201, body: Responses.CreateApiKeyResponse },
  errors: [BadRequest, Unauthorized, Forbidden, Conflict],
  access: "write",
  retry: "never"
})

/** A generated key, with its private half under wraps. */
export interface GeneratedApiKey extends Omit<Responses.GenerateApiKeyResponse, "private_key"> {
  /** PEM: PKCS#1 of an RSA key, PKCS#8 of an Ed25519 one. `Redacted.value` unwraps it. */
  readonly private_key: Redacted.Redacted<string>
}

const isGeneratedApiKey = (value: unknown): value is GeneratedApiKey =>
  typeof value === "object" && value !== null && "private_key" in value && Redacted.isRedacted(value.private_key)

/** What comes is judged by the generated schema, then its secret is wrapped. Decodes only: nothing writes a key back. */
const GeneratedApiKey: Schema.Codec<GeneratedApiKey> = /*#__PURE__*/ Responses.GenerateApiKeyResponse.pipe(
  /*#__PURE__*/ Schema.decodeTo(/*#__PURE__*/ Schema.declare(isGeneratedApiKey), {
    decode: /*#__PURE__*/ SchemaGetter.transform((response: Responses.GenerateApiKeyResponse) => ({
      ...response,
      private_key: Redacted.make(response.private_key)
    })),
    encode: SchemaGetter.forbiddenEncoding
  })
  // It does not encode, so what it would encode to is of no use to anybody.
) as unknown as Schema.Codec<GeneratedApiKey>

/**
 * Makes a key pair at the exchange, and answers its private half: once, and to nobody again.
 *
 * **When to use**
 *
 * Use where the usage level does not allow {@link create}: there the private key never travels.
 *
 * **Details**
 *
 * `private_key` is `Redacted`: it prints as `<redacted>` wherever it goes. No error keeps anything of an answer that
 * could hold the key.
 *
 * **Gotchas**
 *
 * Never repeated after a lost answer: a repeat would make another key. The lost one may stand in {@link list} under its
 * name; nobody has its private half, so delete it.
 *
 * **Example** (A key that trades for subaccount 3 alone, ready to sign)
 *
 * ```ts
 * import * as ApiKeys from "@kalshi-effect/client/ApiKeys"
 * import * as ApiKey from "@kalshi-effect/signing/ApiKey"
 * import * as Effect from "effect/Effect"
 *
 * const key = ApiKeys.generate({
 *   name: "maker",
 *   key_type: "ed25519",
 *   scopes: ["read", "write::trade"],
 *   subaccount: 3
 * }).pipe(
 *   Effect.flatMap(({ api_key_id, private_key }) => ApiKey.fromPem({ keyId: api_key_id, privateKey: private_key }))
 * )
 * ```
 */
export const generate: Operation.Operation<
  Inputs.GenerateApiKeyInput,
  GeneratedApiKey,
  BadRequest | Unauthorized | Forbidden | Conflict,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "GenerateApiKey",
  name: "ApiKeys.generate",
  method: "POST",
  path: "/api_keys/generate",
  body: Requests.GenerateApiKeyRequest,
  success: { status: 201, body: GeneratedApiKey },
  errors: [BadRequest, Unauthorized, Forbidden, Conflict],
  access: "write",
  retry: "never",
  secret: true
})

const remove: Operation.Operation<Inputs.DeleteApiKeyInput, void, BadRequest | Unauthorized | NotFound, KalshiWrite> =
  /*#__PURE__*/ Operation.make({
    operationId: "DeleteApiKey",
    name: "ApiKeys.delete",
    method: "DELETE",
    path: "/api_keys/{api_key}",
    pathParameters: Parameters.DeleteApiKeyPath,
    success: { status: 204, body: undefined },
    errors: [BadRequest, Unauthorized, NotFound],
    access: "write",
    retry: "idempotent"
  })

export {
  /**
   * Deletes a key for good. Answers nothing.
   *
   * **Gotchas**
   *
   * Repeated after a lost answer; a `NotFound` with `afterLostAnswer` is then most likely the echo of the first. So is
   * an `Unauthorized` where a key deleted itself: it can sign no more.
   */
  remove as delete
}
