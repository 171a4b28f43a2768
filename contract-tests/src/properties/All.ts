/** Every property of the suite, in the order in which it is shown. */
import { P0 } from "./P0.ts"
import { P1Prime } from "./P1Prime.ts"
import { P10 } from "./P10.ts"
import { P12 } from "./P12.ts"
import { P14 } from "./P14.ts"
import * as P15 from "./P15.ts"
import { P4 } from "./P4.ts"
import { P5 } from "./P5.ts"
import { P6 } from "./P6.ts"
import { P7 } from "./P7.ts"
import { P8 } from "./P8.ts"
import { P9 } from "./P9.ts"
import type { Property, PropertyOf, Stated } from "./Property.ts"
import { P1, P2, P3 } from "./Responses.ts"

/** Every property of operations. */
export const all: ReadonlyArray<Property> = [P1, P1Prime, P2, P3, P4, P5, P6, P7, P8, P9, P10, P12, P14]

const p15 = /*#__PURE__*/ P15.make(all)

/** Every property of something else. */
export const others: ReadonlyArray<PropertyOf> = [P0, p15]

/** What each of them says. */
export const stated: ReadonlyArray<Stated> = [P0, ...all, p15]

/** The id that somebody typed: in any case, and `P1p` or `P1'` for `P1′`. */
export const idOf = (text: string): string => text.toUpperCase().replace(/^(P\d+)['P]$/, "$1′")
