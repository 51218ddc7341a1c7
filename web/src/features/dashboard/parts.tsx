/** How a whole is made up: bars with their figures, each leading to its devices. */
import { Link } from "@tanstack/react-router";
import { Name } from "@/ui/name";
import { Panel } from "@/ui/page";
import { count } from "@/ui/units";

const SHOWN = 8;

export function Parts({ title, name, counts }: { title: string; name: string; counts: Record<string, number> }) {
  const parts = Object.entries(counts).sort(([, one], [, other]) => other - one);
  const most = Math.max(1, ...parts.map(([, number]) => number));
  const rest = parts.slice(SHOWN).reduce((sum, [, number]) => sum + number, 0);
  return (
    <Panel title={title}>
      <ul className="flex flex-col gap-1">
        {parts.slice(0, SHOWN).map(([part, number]) => (
          <li key={part} className="grid grid-cols-[7rem_minmax(0,1fr)_3rem] items-center gap-3">
            {part === "unknown" ? <span className="text-muted">unknown</span> : <Link className="min-w-0 hover:text-accent hover:underline" to="/devices" search={{ [name]: part } as never}><Name>{part}</Name></Link>}
            <span aria-hidden className="h-2 rounded-full bg-sunken"><span className="block h-2 rounded-full bg-line-strong" style={{ width: `${String((number / most) * 100)}%` }} /></span>
            <span className="text-right">{count(number)}</span>
          </li>
        ))}
      </ul>
      {rest > 0 && <p className="mt-1 text-xs text-muted">and {count(rest)} others</p>}
    </Panel>
  );
}
