/**
 * An operation of the exchange as a value: a function, with a descriptor of its request and its responses.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { SigningError } from "@kalshi-effect/signing/SigningError"
import type * as Schema from "effect/Schema"
import type * as Types from "effect/Types"
import { type KalshiPublic, type KalshiRead, type KalshiWrite, capability } from "./Capability.ts"
import type {
  Parameter,
  WithPayload,
  ErrorClass,
  Declared,
  RetryClass,
  Key,
  Rule,
  Descriptor,
  Limits,
  Paging
} from "./Descriptor.ts"
import type * as Errors from "./Errors.ts"

export { optional, required, withPayload } from "./Descriptor.ts"
export type {
  Declared,
  Descriptor,
  ErrorClass,
  InputFault,
  Key,
  Limits,
  Paging,
  Parameter,
  RetryClass,
  Rule,
  WithPayload
} from "./Descriptor.ts"

/**
 * The error that a declaration adds to the common errors. The class of a common error adds none. A common error with a
 * payload replaces the same error without payload.
 */
type NamedOf<D> =
  D extends WithPayload<infer E>
    ? E
    : D extends ErrorClass<infer E>
      ? E extends { readonly _tag: Errors.Failure["_tag"] }
        ? never
        : E
      : never

/** The capability that operations with this access require. */
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

/** Allows `undefined` for optional fields, at any depth. */
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

/** The output of an operation whose successful response has this body. */
export type SuccessOf<S> = S extends Schema.Codec<unknown> ? S["Type"] : void

// InvalidRequest is always included: even without input, a call fails with it under an invalid `SendPolicy`. The two
// members of SigningFailure are written out because an editor would show the alias.
type CommonFor<Capability> =
  | Errors.PublicFailure
  | (Capability extends KalshiPublic ? never : SigningError | Errors.LimitExceeded)
  | (Capability extends KalshiWrite ? Errors.NotSent : never)

/**
 * All errors of an operation: its own errors `E`, and the common errors that `E` does not contain.
 *
 * The conditional type makes an editor show the union of all errors instead of this alias.
 */
export type FailureOf<E, Capability> = [E | Exclude<CommonFor<Capability>, { readonly _tag: TagOf<E> }>] extends [
  infer All
]
  ? All
  : never

/** The errors of a function that returns an effect, such as an operation. */
export type ErrorOf<Call> = Call extends (...input: never) => Effect.Effect<infer _A, infer E, infer _R> ? E : never

type TagOf<E> = E extends { readonly _tag: infer Tag } ? Tag : never

/** The arguments of a call: none, an optional input, or a required input. */
export type ArgumentsOf<Input> = [Input] extends [void] ? [] : {} extends Input ? [input?: Input] : [input: Input]

/**
 * A callable operation.
 *
 * **Details**
 *
 * `E` is the union of the errors that the operation names in addition to the common errors of {@link Errors.Failure}.
 * `E` is invariant: the declared errors and the type must list the same errors, or the operation does not compile.
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

type NamedErrors<D extends ReadonlyArray<Declared>> = NamedOf<D[number]>

const defaults = {
  pathParameters: {},
  query: {},
  body: undefined,
  auth: "required",
  key: undefined,
  rules: [],
  secret: false,
  pages: undefined
} as const satisfies Partial<Descriptor>

/**
 * Input of {@link make}: a {@link Descriptor} whose fields with a default are optional.
 *
 * A `keyed` operation must have a `key`. Other operations must not have a `key`.
 */
export type Description<
  Access extends "public" | "read" | "write",
  Path extends Readonly<Record<string, Parameter>>,
  Query extends Readonly<Record<string, Parameter>>,
  Body extends Schema.Codec<unknown> | undefined,
  Success extends Schema.Codec<unknown> | undefined,
  D extends ReadonlyArray<Declared>,
  Auth extends "none" | "optional" | "required"
> = Omit<Descriptor<Access, Path, Query, Body, Success, D, Auth>, keyof typeof defaults | "limits" | "retry"> &
  Partial<
    Pick<Descriptor<Access, Path, Query, Body, Success, D, Auth>, Exclude<keyof typeof defaults, "key" | "rules">>
  > & {
    readonly rules?: ReadonlyArray<Rule<NoInfer<InputFor<Path, Query, Body>>>>
    readonly limits?: Partial<Limits>
  } & (
    | { readonly retry: Exclude<RetryClass, "keyed">; readonly key?: undefined }
    | { readonly retry: "keyed"; readonly key: Key }
  )

/** The input of an operation with this path, query and body. */
export type InputFor<
  Path extends Readonly<Record<string, Parameter>>,
  Query extends Readonly<Record<string, Parameter>>,
  Body
> = keyof (Path & Query & BodyOf<Body>) extends never ? void : InputOf<Path, Query, Body>

/** The errors that a description adds to the common errors. */
export type ErrorsFor<D extends ReadonlyArray<Declared>, Auth> =
  | NamedErrors<D>
  | (Auth extends "optional" ? Errors.SigningFailure : never)

/**
 * Makes an operation from its description.
 *
 * **Details**
 *
 * The compiler checks the description against the declared type of the operation: input, output, errors and capability.
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
    ...defaults,
    ...description,
    limits: {
      bucket: description.method === "GET" ? "read" : "write",
      cost: 10,
      costPer: "request",
      writeBucket: "common",
      urgent: false,
      ...description.limits
    }
  }
  const tag = capability(descriptor.access)
  // A combinator may pass an argument to an operation without input. The operation ignores that argument.
  const takesInput =
    descriptor.body !== undefined ||
    Object.keys(descriptor.pathParameters).length + Object.keys(descriptor.query).length > 0
  const call = (input?: unknown) =>
    Effect.flatMap(tag, (sender) => sender.send(descriptor, takesInput ? input : undefined))
  // The descriptor's schemas and error classes determine the types of the sender's results. TypeScript cannot infer
  // them.
  return Object.assign(call, { descriptor }) as never
}
