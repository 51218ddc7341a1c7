/** The declared variables of a template: what the form asks for, and what it takes. */
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { Button, IconButton } from "@/ui/button";
import { CheckField, SelectField, TextArea, TextField } from "@/ui/field";
import { ITEM_TYPES, TYPES, defaultOf, defaultText, retyped, type Variable, type VariableType } from "./variables";

interface EditorProps {
  variables: readonly Variable[];
  onChange: (variables: Variable[]) => void;
  /** By field of the API, as `variables[0].name`. */
  errors: ReadonlyMap<string, string>;
}

const options = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
const YES_NO = [{ value: "", label: "none" }, { value: "true", label: "yes" }, { value: "false", label: "no" }];

export function VariablesEditor({ variables, onChange, errors }: EditorProps) {
  function replace(index: number, next: Variable) {
    onChange(variables.map((each, at) => (at === index ? next : each)));
  }
  function move(index: number, by: number) {
    const next = [...variables];
    const [moved] = next.splice(index, 1);
    if (moved) next.splice(index + by, 0, moved);
    onChange(next);
  }
  return (
    <div className="flex flex-col gap-3">
      {variables.length === 0 && <p className="text-sm text-muted">None: the text is the same for every device but for what <code>{"{{ device.… }}"}</code> says of it.</p>}
      <ol className="flex flex-col gap-3">
        {variables.map((each, index) => (
          <li key={index} className="rounded-md border border-line p-3">
            <div className="mb-2 flex items-center gap-1">
              <span className="min-w-0 flex-1 truncate font-mono text-sm">{each.name || "unnamed"}</span>
              <IconButton icon={ArrowUp} label={`Move ${each.name} up`} disabled={index === 0} onClick={() => { move(index, -1); }} />
              <IconButton icon={ArrowDown} label={`Move ${each.name} down`} disabled={index === variables.length - 1} onClick={() => { move(index, 1); }} />
              <IconButton icon={Trash2} label={`Remove ${each.name}`} onClick={() => { onChange(variables.filter((_, at) => at !== index)); }} />
            </div>
            <One variable={each} onChange={(next) => { replace(index, next); }} error={(field) => errors.get(`variables[${String(index)}].${field}`) ?? null} />
          </li>
        ))}
      </ol>
      <Button icon={Plus} className="self-start" onClick={() => { onChange([...variables, { name: `variable_${String(variables.length + 1)}`, type: "string", required: true }]); }}>
        Add a variable
      </Button>
    </div>
  );
}

function One({ variable, onChange, error }: { variable: Variable; onChange: (next: Variable) => void; error: (field: string) => string | null }) {
  const { type = "string" } = variable;
  const set = (change: Partial<Variable>) => { onChange({ ...variable, ...change }); };
  const bound = (text: string) => (text === "" || !Number.isFinite(Number(text)) ? null : Number(text));
  const bounded = type === "int" || type === "float" || type === "list";
  return (
    <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
      <TextField label="Name" mono required maxLength={64} value={variable.name} error={error("name")} onChange={({ target }) => { set({ name: target.value }); }} />
      <SelectField label="Type" options={options(TYPES)} value={type} onChange={({ target }) => { onChange(retyped(variable, target.value as VariableType)); }} />
      <TextField label="Label" maxLength={100} placeholder={variable.name} value={variable.label ?? ""} onChange={({ target }) => { set({ label: target.value }); }} />
      <CheckField className="self-end pb-1.5" label="Required" checked={variable.required !== false} onChange={({ target }) => { set({ required: target.checked }); }} />
      {type === "choice" && (
        <TextArea label="Choices, one a line" mono rows={3} value={(variable.choices ?? []).join("\n")} error={error("choices")} onChange={({ target }) => { set({ choices: target.value.split("\n").filter(Boolean) }); }} />
      )}
      {type === "list" && <SelectField label="Of" options={options(ITEM_TYPES)} value={variable.items ?? "string"} onChange={({ target }) => { set({ items: target.value as NonNullable<Variable["items"]>, default: null }); }} />}
      {type === "bool" && <SelectField label="Default" options={YES_NO} value={defaultText(variable)} onChange={({ target }) => { set({ default: defaultOf(variable, target.value) }); }} />}
      {type === "list" && <TextArea key={variable.items} label="Default, one item a line" mono rows={2} defaultValue={defaultText(variable)} error={error("default")} onChange={({ target }) => { set({ default: defaultOf(variable, target.value) }); }} />}
      {!["bool", "list", "secret"].includes(type) && (
        <TextField key={type} label="Default" mono defaultValue={defaultText(variable)} error={error("default")} onChange={({ target }) => { set({ default: defaultOf(variable, target.value) }); }} />
      )}
      {bounded && (
        <>
          <TextField label={type === "list" ? "Fewest items" : "Least"} type="number" step="any" value={variable.minimum ?? ""} error={error("minimum")} onChange={({ target }) => { set({ minimum: bound(target.value) }); }} />
          <TextField label={type === "list" ? "Most items" : "Most"} type="number" step="any" value={variable.maximum ?? ""} onChange={({ target }) => { set({ maximum: bound(target.value) }); }} />
        </>
      )}
      {(type === "string" || type === "secret" || type === "list") && (
        <TextField label="Must match" mono hint="A regular expression (RE2) for the whole value." value={variable.pattern ?? ""} error={error("pattern")} onChange={({ target }) => { set({ pattern: target.value }); }} />
      )}
      <TextField label="Help" maxLength={1000} className="sm:col-span-2" value={variable.help ?? ""} onChange={({ target }) => { set({ help: target.value }); }} />
    </div>
  );
}
