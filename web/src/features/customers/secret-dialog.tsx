/** A PPPoE secret: a new one, or changes of one. The password goes in and never comes out. */
import { useState, type FormEvent } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { CheckField, SelectField, TextField } from "@/ui/field";

interface SecretDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  routers?: readonly Schemas["RouterRow"][];
  /** Whose secret is changed; without one a new secret is made. */
  customer?: Schemas["CustomerRow"];
}

const FIELDS = [
  ["profile", "Profile"],
  ["service", "Service"],
  ["remote_address", "Remote address"],
  ["local_address", "Local address"],
  ["caller_id", "Caller id"],
  ["comment", "Comment"],
] as const;

export function SecretDialog({ open, onOpenChange, routers = [], customer }: SecretDialogProps) {
  const [wrong, setWrong] = useState<ApiError | null>(null);
  const options = {
    done: "Asked of the router",
    onSuccess: () => { onOpenChange(false); },
    onError: (error: Error) => { setWrong(error instanceof ApiError ? error : null); },
  };
  const create = useCommand((body: Schemas["NewSecret"]) => answered(client.POST("/api/v1/secret", { body })), options);
  const change = useCommand(
    (body: Schemas["SecretChanges"]) => answered(client.PATCH("/api/v1/secret/{secret}", { params: { path: { secret: customer?.id ?? "" } }, body })),
    options,
  );
  const told = (field: string) => (wrong?.details.field === field ? wrong.message : null);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setWrong(null);
    const form = new FormData(event.currentTarget);
    const value = (name: string) => String(form.get(name) ?? "");
    const reason = value("reason");
    if (customer) {
      const changes: Record<string, string | boolean> = {};
      for (const [name] of FIELDS) if (value(name) !== customer[name]) changes[name] = value(name);
      const disabled = form.get("disabled") === "on";
      if (disabled !== customer.disabled) changes.disabled = disabled;
      if (value("password")) changes.password = value("password");
      change.mutate({ ...changes, reason });
      return;
    }
    const given = Object.fromEntries(FIELDS.map(([name]) => [name, value(name)]).filter(([, text]) => text !== ""));
    create.mutate({ ...given, router_id: value("router_id"), username: value("username"), password: value("password"), reason });
  }

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={customer ? `Change ${customer.username}` : "New PPPoE secret"}
      description={customer ? "What is changed here is changed on the router, and read back." : "It is made on the router, and the customer appears with it."}
      footer={
        <>
          <Button onClick={() => { onOpenChange(false); }}>Keep as it is</Button>
          <Button type="submit" form="secret-form" tone="primary" busy={create.isPending || change.isPending}>{customer ? "Change" : "Create"}</Button>
        </>
      }
    >
      <form id="secret-form" onSubmit={submit} className="grid gap-3 sm:grid-cols-2">
        {!customer && (
          <>
            <SelectField label="Router" name="router_id" required options={routers.map((each) => ({ value: each.id, label: each.name }))} error={told("router_id")} />
            <TextField label="User name" name="username" required maxLength={255} error={told("username")} />
          </>
        )}
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          required={!customer}
          hint={customer ? "Empty keeps the present one." : undefined}
          error={told("password")}
        />
        {FIELDS.map(([name, label]) => (
          <TextField key={name} label={label} name={name} defaultValue={customer ? customer[name] : name === "profile" ? "default" : name === "service" ? "pppoe" : ""} error={told(name)} />
        ))}
        {customer && <CheckField label="Disabled" name="disabled" defaultChecked={customer.disabled} className="self-end pb-1.5" />}
        <TextField label="Reason (optional)" name="reason" maxLength={1000} hint="Kept in the audit with your name." className="sm:col-span-2" />
      </form>
    </Dialog>
  );
}
