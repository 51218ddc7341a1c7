/** Which fields each kind of credential has. */
import type { Schemas } from "@/api/client";

export type Kind = Schemas["CredentialBody"]["kind"];

export const KINDS: readonly { value: Kind; label: string }[] = [
  { value: "snmp_v2c", label: "SNMP v2c" },
  { value: "snmp_v3", label: "SNMP v3" },
  { value: "snmp_v1", label: "SNMP v1" },
  { value: "ssh", label: "SSH" },
  { value: "routeros", label: "RouterOS" },
];

export const EMPTY = {
  name: "",
  kind: "snmp_v2c" as Kind,
  port: "",
  community: "",
  username: "",
  password: "",
  private_key: "",
  enable_password: "",
  auth_protocol: "",
  auth_password: "",
  priv_protocol: "",
  priv_password: "",
  tls: false,
  reason: "",
};
export type CredentialForm = typeof EMPTY;
type TextName = { [Name in keyof CredentialForm]: CredentialForm[Name] extends string ? Name : never }[keyof CredentialForm];

export interface FieldOf {
  name: TextName;
  label: string;
  secret?: boolean;
  required?: boolean;
  options?: readonly string[];
  lines?: boolean;
}

const AUTH = ["", "SHA256", "SHA384", "SHA512", "SHA224", "SHA", "MD5"];
const PRIV = ["", "AES128", "AES192", "AES256", "DES"];
const community: FieldOf = { name: "community", label: "Community", secret: true, required: true };
const username: FieldOf = { name: "username", label: "User name", required: true };
const FIELDS: Record<Kind, readonly FieldOf[]> = {
  snmp_v1: [community],
  snmp_v2c: [community],
  snmp_v3: [
    username,
    { name: "auth_protocol", label: "Authentication", options: AUTH },
    { name: "auth_password", label: "Authentication password", secret: true },
    { name: "priv_protocol", label: "Privacy", options: PRIV },
    { name: "priv_password", label: "Privacy password", secret: true },
  ],
  ssh: [
    username,
    { name: "password", label: "Password", secret: true },
    { name: "private_key", label: "Private key", lines: true },
    { name: "enable_password", label: "Enable password", secret: true },
  ],
  routeros: [username, { name: "password", label: "Password", secret: true, required: true }],
};

export function fieldsOf(kind: Kind): readonly FieldOf[] {
  return FIELDS[kind];
}

/** The request's body: what the kind has and what is filled in; a change leaves out what is empty. */
export function bodyOf(form: CredentialForm, change: boolean): Schemas["CredentialFields"] {
  const body: Record<string, unknown> = { reason: form.reason };
  if (change) body.name = form.name;
  for (const { name, options } of fieldsOf(form.kind)) if (form[name] || (options && change)) body[name] = form[name] || null;
  if (form.port) body.port = Number(form.port);
  if (form.kind === "routeros") body.tls = form.tls;
  return body as Schemas["CredentialFields"];
}
