/** Where to go after the login: a path of this application, whatever the address bar says. */
export function inside(next: string | undefined): string {
  if (!next?.startsWith("/") || /^\/[/\\]|[\u0000-\u001f]/.test(next) || next.startsWith("/login")) return "/dashboard";
  return next;
}
