/** What came and went, section by section. */
import type { Schemas } from "@/api/client";

export function Difference({ hunks, complete }: { hunks: readonly Pick<Schemas["HunkBody"], "section" | "removed" | "added">[]; complete: boolean }) {
  return (
    <div className="max-h-[60dvh] overflow-auto rounded-md border border-line bg-surface" tabIndex={0} role="region" aria-label="Differences by section">
      <ol className="divide-y divide-line font-mono text-xs">
        {hunks.map((hunk, index) => (
          <li key={`${hunk.section.join("/")}/${String(index)}`} className="px-3 py-2">
            <p className="mb-1 font-sans text-xs text-muted">{hunk.section.join(" › ") || "top level"}</p>
            {hunk.removed.map((line, at) => (
              <div key={`-${String(at)}`} className="bg-bad-soft px-1 whitespace-pre-wrap text-bad [overflow-wrap:anywhere]">
                <span aria-label="removed">−</span> {line}
              </div>
            ))}
            {hunk.added.map((line, at) => (
              <div key={`+${String(at)}`} className="bg-ok-soft px-1 whitespace-pre-wrap text-ok [overflow-wrap:anywhere]">
                <span aria-label="added">+</span> {line}
              </div>
            ))}
          </li>
        ))}
      </ol>
      {!complete && <p className="border-t border-line px-3 py-2 text-sm text-muted">There are more differences than are shown.</p>}
    </div>
  );
}
