/** The kind of a key. RSA uses PSS (SHA-256, MGF1 with SHA-256, salt of 32 bytes). Ed25519 follows RFC 8032. */
export type KeyKind = "rsa" | "ed25519"
