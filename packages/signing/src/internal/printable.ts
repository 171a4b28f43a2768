import * as Formatter from "effect/Formatter"
import * as Inspectable from "effect/Inspectable"

/**
 * What prints as its `toJSON` in `String()`, `JSON.stringify` and Node's `inspect`. The methods are on the prototype,
 * so that the own enumerable properties stay those of the value.
 */
export abstract class Printable {
  abstract toJSON(): unknown

  toString(): string {
    return Formatter.format(this.toJSON())
  }

  [Inspectable.NodeInspectSymbol](): unknown {
    return this.toJSON()
  }
}
