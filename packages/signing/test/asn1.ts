/** Writes a DER element, valid or invalid. Tools such as OpenSSL cannot make the invalid structures of these tests. */
export const der = (tag: number, ...parts: ReadonlyArray<ArrayLike<number>>): Uint8Array<ArrayBuffer> => {
  const contents = parts.flatMap((part) => Array.from(part))
  const { length } = contents
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256]
  return Uint8Array.from([tag, ...size, ...contents])
}

export const integer = (...bytes: ReadonlyArray<number>) => der(0x02, bytes)
export const octets = (...parts: ReadonlyArray<ArrayLike<number>>) => der(0x04, ...parts)
export const bits = (...parts: ReadonlyArray<ArrayLike<number>>) => der(0x03, [0], ...parts)
export const sequence = (...parts: ReadonlyArray<ArrayLike<number>>) => der(0x30, ...parts)
export const nothing = der(0x05)

/** Object identifiers of RFC 8017 and RFC 8410. */
export const rsaOid = der(0x06, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01])
export const ed25519Oid = der(0x06, [0x2b, 0x65, 0x70])
