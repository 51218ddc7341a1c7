/** The form that asks for a template's values, made from its declared variables. */
import { useId } from "react";
import { CheckField, SelectField, TextArea, TextField } from "@/ui/field";
import { EXAMPLES, type Draft, type Variable } from "./variables";

export function ValuesForm({ variables, draft, onChange, errors }: {
  variables: readonly Variable[];
  draft: Draft;
  onChange: (draft: Draft) => void;
  /** By field of the API, as `variables.mtu`. */
  errors: ReadonlyMap<string, string>;
}) {
  if (variables.length === 0) return <p className="text-sm text-muted">The template asks for nothing.</p>;
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {variables.map((each) => (
        <Value
          key={each.name}
          variable={each}
          value={draft[each.name] ?? ""}
          error={errors.get(`variables.${each.name}`) ?? null}
          onChange={(value) => { onChange({ ...draft, [each.name]: value }); }}
        />
      ))}
    </div>
  );
}

function Value({ variable, value, error, onChange }: { variable: Variable; value: string | boolean; error: string | null; onChange: (value: string | boolean) => void }) {
  const id = useId();
  const { name, type = "string", required = true, help, choices = [], items = "string" } = variable;
  const label = `${variable.label ?? ""}` || name;
  const text = typeof value === "string" ? value : "";
  const told = { label: required ? label : `${label} (optional)`, hint: help, error, id };
  const typed = (event: { target: { value: string } }) => { onChange(event.target.value); };
  switch (type) {
    case "bool":
      return <CheckField label={label} hint={error ?? help} checked={value === true} onChange={({ target }) => { onChange(target.checked); }} className="self-center" />;
    case "choice":
      return <SelectField {...told} value={text} onChange={typed} options={[{ value: "", label: required ? "Choose" : "None" }, ...choices.map((each) => ({ value: each, label: each }))]} />;
    case "list":
      return <TextArea {...told} mono rows={4} value={text} onChange={typed} hint={help || `One a line${items === "string" ? "" : `, each as ${items}`}.`} />;
    case "secret":
      return <TextField {...told} type="password" autoComplete="new-password" value={text} onChange={typed} hint={help || "Never shown in a preview, kept sealed until it was sent."} />;
    case "int":
    case "float":
      return (
        <TextField {...told} type="number" inputMode="decimal" step={type === "int" ? 1 : "any"} min={variable.minimum ?? undefined} max={variable.maximum ?? undefined} value={text} onChange={typed} />
      );
    default:
      return <TextField {...told} mono={type !== "string"} placeholder={EXAMPLES[type]} value={text} onChange={typed} />;
  }
}
