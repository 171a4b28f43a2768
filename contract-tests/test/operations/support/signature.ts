/** Splits the type of an operation into its parts. */
import type { InvalidRequest, NotSent } from "@kalshi-effect/client/Errors"
import type { FailureOf, Operation, Parameter } from "@kalshi-effect/client/Operation"

type Key<Input, Optional extends boolean> = Input extends void
  ? never
  : {
      [K in keyof Input]-?: {} extends Pick<Input, K>
        ? Optional extends true
          ? K
          : never
        : Optional extends true
          ? never
          : K
    }[keyof Input]

export type Signature<O> =
  O extends Operation<infer Input, infer Output, infer E, infer Capability>
    ? {
        readonly input: Input
        readonly required: Key<Input, false>
        readonly optional: Key<Input, true>
        readonly response: Output
        /** The declared errors. Every operation can also fail with the common errors. */
        readonly fails: E
        readonly refuses: Extract<FailureOf<E, Capability>, InvalidRequest>
        readonly dryRun: Extract<FailureOf<E, Capability>, NotSent>
        readonly needs: Capability
      }
    : never

export type Values<P extends Readonly<Record<string, Parameter>>> = {
  readonly [K in keyof P as P[K]["required"] extends true ? K : never]: P[K] extends Parameter<infer A> ? A : never
} & {
  readonly [K in keyof P as P[K]["required"] extends true ? never : K]?: P[K] extends Parameter<infer A> ? A : never
}
