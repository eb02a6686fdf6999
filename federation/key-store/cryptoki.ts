/** The part of pkcs11js that we use: the functions of PKCS#11 2.40 (Cryptoki). The package is optional, so are its types. */

type Handle = Buffer
export type Attribute = { type: number; value?: Buffer | boolean | number }
type Mechanism = { mechanism: number; parameter?: object }

export type Module = {
  load(file: string): void
  C_Initialize(options: { flags: number }): void
  C_GetSlotList(withToken: boolean): Handle[]
  C_GetTokenInfo(slot: Handle): { label: string; flags: number }
  C_GetMechanismList(slot: Handle): number[]
  /** In bits for RSA. */
  C_GetMechanismInfo(slot: Handle, mechanism: number): { maxKeySize: number }
  C_OpenSession(slot: Handle, flags: number): Handle
  C_Login(session: Handle, user: number, pin: string): void
  C_GenerateKeyPairAsync(
    session: Handle,
    mechanism: Mechanism,
    publicTemplate: Attribute[],
    privateTemplate: Attribute[],
  ): Promise<{ publicKey: Handle; privateKey: Handle }>
  C_GetAttributeValue(session: Handle, object: Handle, wanted: Attribute[]): { value: Buffer }[]
  C_FindObjectsInit(session: Handle, template: Attribute[]): void
  /** At most so many. */
  C_FindObjects(session: Handle, count: number): Handle[]
  C_FindObjectsFinal(session: Handle): void
  C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void
  C_SignAsync(session: Handle, data: Uint8Array, output: Buffer): Promise<Buffer>
  C_DestroyObject(session: Handle, object: Handle): void
}

/** The package: the class of modules, and the constants of the standard by name. */
export type Cryptoki = { PKCS11: new () => Module } & Readonly<Record<ConstantName, number>>

type ConstantName =
  | 'CKF_OS_LOCKING_OK'
  | 'CKF_TOKEN_INITIALIZED'
  | 'CKF_SERIAL_SESSION'
  | 'CKF_RW_SESSION'
  | 'CKU_USER'
  | 'CKO_PRIVATE_KEY'
  | 'CKO_PUBLIC_KEY'
  | 'CKK_EC'
  | 'CKK_RSA'
  | 'CKA_KEY_TYPE'
  | 'CKA_CLASS'
  | 'CKA_TOKEN'
  | 'CKA_PRIVATE'
  | 'CKA_SENSITIVE'
  | 'CKA_EXTRACTABLE'
  | 'CKA_LOCAL'
  | 'CKA_SIGN'
  | 'CKA_VERIFY'
  | 'CKA_ENCRYPT'
  | 'CKA_DECRYPT'
  | 'CKA_WRAP'
  | 'CKA_UNWRAP'
  | 'CKA_ID'
  | 'CKA_VALUE'
  | 'CKA_LABEL'
  | 'CKA_MODULUS'
  | 'CKA_MODULUS_BITS'
  | 'CKA_PUBLIC_EXPONENT'
  | 'CKA_EC_PARAMS'
  | 'CKA_EC_POINT'
  | 'CKM_RSA_PKCS_KEY_PAIR_GEN'
  | 'CKM_EC_KEY_PAIR_GEN'
  | 'CKM_RSA_PKCS'
  | 'CKM_RSA_PKCS_PSS'
  | 'CKM_ECDSA'
  | 'CKM_SHA256'
  | 'CKM_SHA384'
  | 'CKM_SHA512'
  | 'CKG_MGF1_SHA256'
  | 'CKG_MGF1_SHA384'
  | 'CKG_MGF1_SHA512'
  | 'CK_PARAMS_RSA_PSS'
