/**
 * The request and the possible responses of an operation, as plain data.
 *
 * @module
 */
import type * as Schema from "effect/Schema"
import type * as Errors from "./Errors.ts"

/** A path or query parameter: the schema and the format of its values. */
export interface Parameter<out A = unknown, out Required extends boolean = boolean> {
  readonly schema: Schema.Codec<A>
  readonly required: Required
  /** `single` writes one value. `comma` joins a list into one value. `repeated` writes the parameter once per item. */
  readonly style: "single" | "comma" | "repeated"
}

/** Describes an optional query parameter. */
export const optional = <A extends string | number | boolean>(schema: Schema.Codec<A>): Parameter<A, false> => ({
  schema,
  required: false,
  style: "single"
})

/** Describes a required query parameter. */
export const required = <A extends string | number | boolean>(schema: Schema.Codec<A>): Parameter<A, true> => ({
  schema,
  required: true,
  style: "single"
})

/** An error class whose response body has a schema, such as {@link Errors.InternalServerError}. */
export interface WithPayload<out E> {
  readonly error: ErrorClass<E>
  readonly payload: Schema.Codec<unknown>
}

/** Declares the schema of an error's response body. */
export const withPayload: {
  <P>(error: typeof Errors.InternalServerError, payload: Schema.Codec<P>): WithPayload<Errors.InternalServerError<P>>
  <P>(error: typeof Errors.ServiceUnavailable, payload: Schema.Codec<P>): WithPayload<Errors.ServiceUnavailable<P>>
  <P>(error: typeof Errors.GatewayTimeout, payload: Schema.Codec<P>): WithPayload<Errors.GatewayTimeout<P>>
} = (error: ErrorClass<unknown>, payload: Schema.Codec<unknown>): WithPayload<never> => ({
  error: error as ErrorClass<never>, // the overloads above state the class for each payload
  payload
})

/** The class of an error response. Its status decides which responses become this error. */
export interface ErrorClass<out E> {
  new (fields: never): E
  readonly status: number
}

/** An error that an operation declares. */
export type Declared = ErrorClass<unknown> | WithPayload<unknown>

/** Whether the client repeats a request that may have reached the exchange. */
export type RetryClass =
  /** A repeat has no further effect. */
  | "idempotent"
  /** Repeated if the body has a client-supplied id (see {@link Key}). Otherwise like `never`. */
  | "keyed"
  /**
   * Repeated only if no byte of the request can have left this machine, or if the exchange refused the request with 425
   * or 429, or with 401 because of its timestamp.
   */
  | "never"

/**
 * The location of the client-supplied id in the body of a `keyed` operation. The exchange recognizes a repeat by this
 * id.
 */
export interface Key {
  /** The name of the id field, such as `client_order_id`. An empty id counts as absent. */
  readonly field: string
  /** The name of a list in the body whose items each have an id. Default: the body itself has the id. */
  readonly list?: string
}

/** An error in an input. */
export interface InputFault {
  /** The JSON pointer (RFC 6901) of the invalid field. For a missing field: where it is expected. */
  readonly pointer: string
  /** What is wrong, and what to do. It never contains a value of the input. */
  readonly reason: string
}

/**
 * A constraint of the exchange on several fields together, which a schema cannot express. The rule is a pure function
 * that returns the error in an input, or undefined. It runs after the schemas have accepted the input.
 */
export type Rule<in Input> = (input: Input) => InputFault | undefined

/** The rate-limit tokens that an operation costs, and the bucket that pays them. */
export interface Limits {
  /** Default: `read` for a GET, `write` for every other method. */
  readonly bucket: "read" | "write"
  /** The number of tokens. The cost list of the account overrides this number. Default: 10. */
  readonly cost: number
  /** Whether the cost is per request or per item of its `orders`. Default: `request`. */
  readonly costPer: "request" | "item"
  /**
   * Which write bucket pays. `common` is the account's common write bucket, which also pays for orders on shard 0.
   * `order` is the bucket of the order's shard. If the exchange has to find that shard, the buckets of all shards pay.
   * `quotes` is the bucket of shard 1. Default: `common`. Source: the rate-limit guide of October 2026.
   */
  readonly writeBucket: "common" | "order" | "quotes"
  /** Whether a call of the operation takes its tokens before all waiting calls that are not urgent. Default: false. */
  readonly urgent: boolean
}

/** Everything that the client needs to send an operation and to decode its response. */
export interface Descriptor<
  out Access extends "public" | "read" | "write" = "public" | "read" | "write",
  out Path extends Readonly<Record<string, Parameter>> = Readonly<Record<string, Parameter>>,
  out Query extends Readonly<Record<string, Parameter>> = Readonly<Record<string, Parameter>>,
  out Body extends Schema.Codec<unknown> | undefined = Schema.Codec<unknown> | undefined,
  out Success extends Schema.Codec<unknown> | undefined = Schema.Codec<unknown> | undefined,
  out Errors extends ReadonlyArray<Declared> = ReadonlyArray<Declared>,
  out Auth extends "none" | "optional" | "required" = "none" | "optional" | "required"
> {
  /** The id in the OpenAPI document, such as `GetOrderGroup`. */
  readonly operationId: string
  /** The name of the function, such as `OrderGroups.get`. */
  readonly name: string
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** Path template below the API's root, such as `/portfolio/order_groups/{order_group_id}`. */
  readonly path: string
  readonly pathParameters: Path
  readonly query: Query
  /** Schema of the JSON body. Undefined if the operation takes no body: a POST or PUT then sends `{}`. */
  readonly body: Body
  /** The success status, and the schema of the response's body. `body` is undefined if the response has no body. */
  readonly success: { readonly status: number; readonly body: Success }
  /**
   * The errors that the OpenAPI document declares. 429, 500, 502, 503 and 504, which every operation can return, are
   * listed only if this operation declares a schema for their body.
   */
  readonly errors: Errors
  /**
   * Whether requests are signed. `optional`: the operation is public, but the request is signed if the layer has a key.
   */
  readonly auth: Auth
  readonly access: Access
  readonly retry: RetryClass
  /** The location of the ids of a `keyed` operation. Undefined for every other retry class. */
  readonly key: Key | undefined
  /** The constraints between fields, checked in this order after the schemas. The first violation rejects the input. */
  readonly rules: ReadonlyArray<Rule<never>>
  readonly limits: Limits
  /**
   * Whether the response contains a secret, such as a private key. If so, an error keeps at most the `code`, `message`,
   * `details` and `service` of a body.
   */
  readonly secret: boolean
  /** The pagination of the response. Undefined if the response is always complete. */
  readonly pages: Paging | undefined
}

/** The pagination fields of a response. */
export interface Paging<out List extends string = string> {
  /** The response field with the cursor of the next page. The query parameter is always `cursor`. */
  readonly cursor: "cursor" | "next_cursor"
  /** The response fields with the items of the page. */
  readonly lists: ReadonlyArray<List>
}
