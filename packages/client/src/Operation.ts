/**
 * An operation of the exchange as a value: a function to call, and a plain description of what it puts on the wire.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Types from "effect/Types"
import { type KalshiPublic, type KalshiRead, type KalshiWrite, capability } from "./Capability.ts"
import type * as Errors from "./Errors.ts"

/** Where a path or query parameter goes, and how its values are written. */
export interface Parameter<out A = unknown, out Required extends boolean = boolean> {
  readonly schema: Schema.Codec<A>
  readonly required: Required
  /** `comma` joins a list into one value; `repeated` writes the key once per item. */
  readonly style: "single" | "comma" | "repeated"
}

/** A query parameter that may be left out. */
export const optional = <A extends string | number | boolean>(schema: Schema.Codec<A>): Parameter<A, false> => ({
  schema,
  required: false,
  style: "single"
})

/** A query parameter that must be given. */
export const required = <A extends string | number | boolean>(schema: Schema.Codec<A>): Parameter<A, true> => ({
  schema,
  required: true,
  style: "single"
})

/** A body of an error status that carries more than an error: {@link Errors.InternalServerError} and its kind. */
export interface WithPayload<out E> {
  readonly error: ErrorClass<E>
  readonly payload: Schema.Codec<unknown>
}

/** Declares that an error status carries a body of its own. */
export const withPayload: {
  <P>(error: typeof Errors.InternalServerError, payload: Schema.Codec<P>): WithPayload<Errors.InternalServerError<P>>
  <P>(error: typeof Errors.ServiceUnavailable, payload: Schema.Codec<P>): WithPayload<Errors.ServiceUnavailable<P>>
  <P>(error: typeof Errors.GatewayTimeout, payload: Schema.Codec<P>): WithPayload<Errors.GatewayTimeout<P>>
} = (error: ErrorClass<unknown>, payload: Schema.Codec<unknown>): WithPayload<never> => ({
  error: error as ErrorClass<never>, // the overloads above say which class carries the payload
  payload
})

/** The class of an answered error: its status decides which one an answer becomes. */
export interface ErrorClass<out E> {
  new (fields: never): E
  readonly status: number
}

/** An error as an operation declares it. */
export type Declared = ErrorClass<unknown> | WithPayload<unknown>

/** A bare class of a common error names nothing new; one with a payload replaces the common one. */
type NamedOf<D> =
  D extends WithPayload<infer E>
    ? E
    : D extends ErrorClass<infer E>
      ? E extends { readonly _tag: Errors.Failure["_tag"] }
        ? never
        : E
      : never

/** Whether an operation may be sent again after a failure that may have reached the exchange. */
export type RetryClass =
  /** Repeating it changes nothing more. */
  | "idempotent"
  /** Repeatable where the body carries an id of the caller's own, see {@link Key}; otherwise as `never`. */
  | "keyed"
  /** Never, unless no byte of it can have left or it was answered 429. */
  | "never"

/** Where the body of a `keyed` operation holds the id of the caller's own by which the exchange knows a repeat. */
export interface Key {
  /** The member that holds the id, such as `client_order_id`. An empty id is no id. */
  readonly field: string
  /** The body's list whose items each hold an id; left out where the body itself holds the one id. */
  readonly list?: string
}

/** What is wrong with an input. */
export interface InputFault {
  /** RFC 6901; for a missing field, where it should have been. */
  readonly pointer: string
  /** What is wrong, and what to do about it. Never holds a value of the input. */
  readonly reason: string
}

/**
 * A rule of the exchange between fields, which no schema holds: a pure function that returns what is wrong with an input,
 * or undefined. The input has passed the schemas.
 */
export type Rule<in Input> = (input: Input) => InputFault | undefined

/** Everything the wire needs to know about an operation, as plain data. */
export interface Descriptor<
  out Access extends "public" | "read" | "write" = "public" | "read" | "write",
  out Path extends Readonly<Record<string, Parameter>> = Readonly<Record<string, Parameter>>,
  out Query extends Readonly<Record<string, Parameter>> = Readonly<Record<string, Parameter>>,
  out Body extends Schema.Codec<unknown> | undefined = Schema.Codec<unknown> | undefined,
  out Success extends Schema.Codec<unknown> | undefined = Schema.Codec<unknown> | undefined,
  out Errors extends ReadonlyArray<Declared> = ReadonlyArray<Declared>
> {
  /** The id in the published document, such as `GetOrderGroup`. */
  readonly operationId: string
  /** The function as a user calls it, such as `OrderGroups.get`. */
  readonly name: string
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** Path template below the API's root, such as `/portfolio/order_groups/{order_group_id}`. */
  readonly path: string
  readonly pathParameters: Path
  readonly query: Query
  /** Schema of the JSON body; undefined where the operation takes none. A POST or PUT without one sends `{}`. */
  readonly body: Body
  /** The one success status, and the schema of its body; undefined where it has none. */
  readonly success: { readonly status: number; readonly body: Success }
  /**
   * The errors that the published document declares besides those of every operation (429, 500, 502, 503, 504), which
   * are listed only where they carry a body of their own.
   */
  readonly errors: Errors
  /** `optional`: public, and signed where there is a key. */
  readonly auth: "none" | "optional" | "required"
  readonly access: Access
  readonly retry: RetryClass
  /** Where a `keyed` operation's ids are; undefined for every other class. */
  readonly key: Key | undefined
  /** Checked in their order after the schemas; the first fault refuses the input. */
  readonly rules: ReadonlyArray<Rule<never>>
  /** The account's token bucket that pays for it, and how many tokens unless the account's own list says otherwise. */
  readonly bucket: "read" | "write"
  readonly cost: number
  /** Whether the cost is that of the request or of every item of its `orders`. */
  readonly costPer: "request" | "item"
  /**
   * Which write bucket pays: the one that is no shard's; for an `order`, that of its shard, or those of all shards where
   * the exchange has to find it; for `quotes`, that of shard 1. Source: the rate-limit guide of October 2026.
   */
  readonly writeBucket: "common" | "order" | "quotes"
  /** Takes its tokens before whatever else waits for the same bucket. */
  readonly urgent: boolean
  /** The answer holds a secret, such as a private key: no error keeps any of its body. */
  readonly secret: boolean
  /** How the answer is one page of many; undefined where it is whole. */
  readonly pages: Paging | undefined
}

/** What makes an answer a page. */
export interface Paging<out List extends string = string> {
  /** The answer's field that holds the cursor of the next page; its query parameter is always `cursor`. */
  readonly cursor: "cursor" | "next_cursor"
  /** The answer's fields that hold what is paged. */
  readonly lists: ReadonlyArray<List>
}

/** The capability that an access needs. */
export type CapabilityOf<Access> = Access extends "public"
  ? KalshiPublic
  : Access extends "read"
    ? KalshiRead
    : KalshiWrite

type ValuesOf<P extends Readonly<Record<string, Parameter>>> = {
  readonly [K in keyof P as P[K]["required"] extends true ? K : never]: P[K] extends Parameter<infer A> ? A : never
} & {
  readonly [K in keyof P as P[K]["required"] extends true ? never : K]?:
    | (P[K] extends Parameter<infer A> ? A : never)
    | undefined
}

type BodyOf<B> = B extends Schema.Codec<infer A> ? A : {}

/** Lets a caller give `undefined` for a field to leave out, at any depth. */
type Lenient<A> = A extends string | number | boolean | null | undefined
  ? A
  : A extends ReadonlyArray<infer Item>
    ? ReadonlyArray<Lenient<Item>>
    : { readonly [K in keyof A]: {} extends Pick<A, K> ? Lenient<A[K]> | undefined : Lenient<A[K]> }

type InputOf<
  P extends Readonly<Record<string, Parameter>>,
  Q extends Readonly<Record<string, Parameter>>,
  B
> = Types.Simplify<ValuesOf<P> & ValuesOf<Q> & Lenient<BodyOf<B>>>

/** What an operation gives whose success has this body. */
export type SuccessOf<S> = S extends Schema.Codec<unknown> ? S["Type"] : void

// InvalidRequest is never left out: an operation without input can still run under an invalid `SendPolicy`.
type CommonFor<Capability> =
  | Errors.PublicFailure
  | (Capability extends KalshiPublic ? never : Errors.SigningFailure)
  | (Capability extends KalshiWrite ? Errors.NotSent : never)

/** Every error of an operation: those it names, and the common ones it does not name itself. */
export type FailureOf<E, Capability> = E | Exclude<CommonFor<Capability>, { readonly _tag: TagOf<E> }>

type TagOf<E> = E extends { readonly _tag: infer Tag } ? Tag : never

/** What a call takes for an input: nothing, something that may be left out, or something. */
export type ArgumentsOf<Input> = [Input] extends [void] ? [] : {} extends Input ? [input?: Input] : [input: Input]

/**
 * A callable operation.
 *
 * **Details**
 *
 * `E` holds the errors that the operation names besides the common ones of {@link Errors.Failure}, and is invariant:
 * one that is declared and not listed, or listed and not declared, does not compile.
 */
export interface Operation<Input, out Output, in out E, out Capability> {
  (...input: ArgumentsOf<Input>): Effect.Effect<Output, FailureOf<E, Capability>, Capability>
  readonly descriptor: Descriptor
  readonly "~types"?: {
    readonly Input: Types.Contravariant<Input>
    readonly Output: Types.Covariant<Output>
    readonly E: Types.Invariant<E>
    readonly Capability: Types.Covariant<Capability>
  }
}

/** The errors a declaration names besides the common ones. */
type NamedErrors<D extends ReadonlyArray<Declared>> = NamedOf<D[number]>

/** What {@link make} is told: a descriptor, less what has a default. */
export type Description<
  Access extends "public" | "read" | "write",
  Path extends Readonly<Record<string, Parameter>>,
  Query extends Readonly<Record<string, Parameter>>,
  Body extends Schema.Codec<unknown> | undefined,
  Success extends Schema.Codec<unknown> | undefined,
  D extends ReadonlyArray<Declared>,
  Auth extends "none" | "optional" | "required"
> = Omit<
  Descriptor<Access, Path, Query, Body, Success, D>,
  | "pathParameters"
  | "query"
  | "body"
  | "auth"
  | "retry"
  | "key"
  | "rules"
  | "cost"
  | "costPer"
  | "writeBucket"
  | "urgent"
  | "secret"
  | "pages"
> & {
  readonly pathParameters?: Path
  readonly query?: Query
  readonly body?: Body
  readonly auth?: Auth
  readonly cost?: number
  readonly costPer?: "request" | "item"
  readonly writeBucket?: "common" | "order" | "quotes"
  readonly urgent?: boolean
  readonly secret?: boolean
  /** Default: none. */
  readonly rules?: ReadonlyArray<Rule<NoInfer<InputFor<Path, Query, Body>>>>
} & (
    | { readonly retry: Exclude<RetryClass, "keyed">; readonly key?: undefined }
    | { readonly retry: "keyed"; readonly key: Key }
  )

/** The input that a description's parts ask for. */
export type InputFor<
  Path extends Readonly<Record<string, Parameter>>,
  Query extends Readonly<Record<string, Parameter>>,
  Body
> = keyof (Path & Query & BodyOf<Body>) extends never ? void : InputOf<Path, Query, Body>

/** The errors that a description names. */
export type ErrorsFor<D extends ReadonlyArray<Declared>, Auth> =
  | NamedErrors<D>
  | (Auth extends "optional" ? Errors.SigningFailure : never)

/**
 * Makes an operation of its description.
 *
 * **Details**
 *
 * The description is checked against the operation's declared type by the compiler: inputs, output, errors and
 * capability.
 */
export const make = <
  Access extends "public" | "read" | "write",
  Success extends Schema.Codec<unknown> | undefined,
  const D extends ReadonlyArray<Declared>,
  Path extends Readonly<Record<string, Parameter<unknown, true>>> = {},
  Query extends Readonly<Record<string, Parameter>> = {},
  Body extends Schema.Codec<unknown> | undefined = undefined,
  const Auth extends "none" | "optional" | "required" = "required"
>(
  description: Description<Access, Path, Query, Body, Success, D, Auth> & { readonly pages?: Paging }
): Operation<InputFor<Path, Query, Body>, SuccessOf<Success>, ErrorsFor<D, Auth>, CapabilityOf<Access>> => {
  const descriptor: Descriptor = {
    pathParameters: {},
    query: {},
    body: undefined,
    auth: "required",
    key: undefined,
    rules: [],
    cost: 10,
    costPer: "request",
    writeBucket: "common",
    urgent: false,
    secret: false,
    pages: undefined,
    ...description
  }
  const tag = capability(descriptor.access)
  // An operation without input may be handed to a combinator that calls it with some argument: it takes none.
  const takesInput =
    descriptor.body !== undefined ||
    Object.keys(descriptor.pathParameters).length + Object.keys(descriptor.query).length > 0
  const call = (input?: unknown) =>
    Effect.flatMap(tag, (sender) => sender.send(descriptor, takesInput ? input : undefined))
  // The sender's answers are typed by the descriptor's schemas and classes; this is the one place that says so.
  return Object.assign(call, { descriptor }) as never
}
