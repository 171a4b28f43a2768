/**
 * Lists every property that `run` checks, in display order. P13 belongs to the command `drift`.
 *
 * @module
 */
import { P0 } from "./DocumentIntegrity.ts"
import { P11, P11OnDishonestNetwork } from "./FeedDelivery.ts"
import { P16 } from "./FeedSchemas.ts"
import { P1Prime } from "./DecoderStrictness.ts"
import { P10 } from "./Paging.ts"
import { P12 } from "./ExchangeAnswers.ts"
import { P14 } from "./SchemaCoverage.ts"
import * as P15 from "./Determinism.ts"
import { P4 } from "./Outcomes.ts"
import { P5 } from "./RequestEncoding.ts"
import { P6 } from "./DocumentDrift.ts"
import { P7 } from "./ByteFaults.ts"
import { P8 } from "./Signing.ts"
import { P9 } from "./RetrySafety.ts"
import type { OperationProperty, TargetProperty, PropertyInfo } from "./Property.ts"
import { P1, P2, P3 } from "./Responses.ts"

export const operationProperties: ReadonlyArray<OperationProperty> = [
  P1,
  P1Prime,
  P2,
  P3,
  P4,
  P5,
  P6,
  P7,
  P8,
  P9,
  P10,
  P12,
  P14
]

const p15 = /*#__PURE__*/ P15.make(operationProperties, [{ property: P11, faulty: P11OnDishonestNetwork }])

export const targetProperties: ReadonlyArray<TargetProperty> = [P0, P11, p15, P16]

/** In display order. */
export const statements: ReadonlyArray<PropertyInfo> = [P0, ...operationProperties, P11, p15, P16]

/** Converts what a user typed to the id of a property: ignores case, and accepts `P1p` and `P1'` for `P1′`. */
export const idOf = (text: string): string => text.toUpperCase().replace(/^(P\d+)['P]$/, "$1′")
