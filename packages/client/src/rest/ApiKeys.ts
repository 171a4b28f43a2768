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
 * Lists the account's keys: ids, names, scopes, and the subaccount or the subtrader (of a futures commission merchant)
 * to which each key is locked. The response contains no private key.
 *
 * **Details**
 *
 * The account's location attestation ends at `api_key_region_expiration_ts` (Unix seconds). The field is absent or null
 * if the account never attested its location. Check this field if the exchange suddenly returns 403.
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

/** The name, scopes and locks of a new key. */
export interface KeyInput extends Omit<Inputs.CreateApiKeyInput, "public_key"> {}

/**
 * Registers your own public key. The private key stays with you.
 *
 * **Details**
 *
 * This operation is available from the premier usage level up, and to market makers. Create the key pair with
 * `ApiKey.generateKeyPair` of `@kalshi-effect/signing`.
 *
 * **Gotchas**
 *
 * The client does not retry this operation after a lost response. {@link list} shows whether the key exists.
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

/** A generated key. Its private key is `Redacted`. */
export interface GeneratedApiKey extends Omit<Responses.GenerateApiKeyResponse, "private_key"> {
  /** PEM: PKCS#1 for an RSA key, PKCS#8 for an Ed25519 key. `Redacted.value` returns the text. */
  readonly private_key: Redacted.Redacted<string>
}

const isGeneratedApiKey = (value: unknown): value is GeneratedApiKey =>
  typeof value === "object" && value !== null && "private_key" in value && Redacted.isRedacted(value.private_key)

const GeneratedApiKey: Schema.Codec<GeneratedApiKey> = /*#__PURE__*/ Responses.GenerateApiKeyResponse.pipe(
  /*#__PURE__*/ Schema.decodeTo(/*#__PURE__*/ Schema.declare(isGeneratedApiKey), {
    decode: /*#__PURE__*/ SchemaGetter.transform((response: Responses.GenerateApiKeyResponse) => ({
      ...response,
      private_key: Redacted.make(response.private_key)
    })),
    encode: SchemaGetter.forbiddenEncoding
  })
  // The codec never encodes, so the type of the encoded form does not matter.
) as unknown as Schema.Codec<GeneratedApiKey>

/**
 * Creates a key pair at the exchange. The response contains the private key, which the exchange does not send again.
 *
 * **When to use**
 *
 * Use this operation only if the usage level does not allow {@link create}. With {@link create}, the private key stays
 * on your machine.
 *
 * **Details**
 *
 * `private_key` is `Redacted`: it prints as `<redacted>`. If the call fails, the error contains at most the `code`,
 * `message`, `details` and `service` of the response, because other parts could contain the key.
 *
 * **Gotchas**
 *
 * The client does not retry this operation after a lost response, because a repeat would create another key. If
 * {@link list} shows the key of the lost response, delete this key: its private key is lost.
 *
 * **Example** (Generating a key that trades only for subaccount 3)
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
   * Deletes a key permanently. The response is empty.
   *
   * **Gotchas**
   *
   * The client retries this operation after a lost response. A `NotFound` with `afterLostAnswer` most likely means that
   * an earlier attempt succeeded. If a key deletes itself, an `Unauthorized` with `afterLostAnswer` means the same,
   * because the exchange no longer accepts the deleted key.
   */
  remove as delete
}
