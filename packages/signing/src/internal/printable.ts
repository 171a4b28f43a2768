import * as Formatter from "effect/Formatter"
import * as Inspectable from "effect/Inspectable"

/**
 * A value that `String()`, `JSON.stringify` and Node's `inspect` print as its `toJSON`. The methods are on the
 * prototype, so that they are not own properties of the value.
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
