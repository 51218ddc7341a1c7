/** Who is logged in, and what they may do. The server refuses the rest anyway. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, use, type ReactNode } from "react";
import { answered, client, type Schemas } from "./client";
import { ApiError } from "./errors";
import { mayBeLoggedIn } from "./tokens";

export type Role = Schemas["UserBody"]["role"];
export type User = Schemas["UserBody"];

const RANK: Record<Role, number> = { viewer: 0, engineer: 1, admin: 2 };

export function covers(has: Role, needed: Role): boolean {
  return RANK[has] >= RANK[needed];
}

/** Asks who is logged in; null where nobody is. */
export const LOGIN = queryOptions({
  queryFn: async (context) => {
    if (!mayBeLoggedIn()) return null;
    try {
      return await answered(client.GET("/api/v1/users/me", { signal: context.signal }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  queryKey: ["session"] as const,
  staleTime: 60_000,
});

/** The logged-in user; null where nobody is. */
export function useLogin() {
  return useQuery(LOGIN);
}

export function useLogOut(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await client.POST("/api/v1/auth/logout", { body: null }).catch(() => undefined);
    queries.clear();
    location.assign("/login");
  };
}

const Session = createContext<User | null>(null);

export function SessionProvider({ user, children }: { user: User; children: ReactNode }) {
  return <Session value={user}>{children}</Session>;
}

export function useUser(): User {
  const user = use(Session);
  if (!user) throw new Error("nobody is logged in here");
  return user;
}

/** `const can = useCan(); can("engineer") && <button/>`: what you may not do is not offered. */
export function useCan(): (role: Role) => boolean {
  const { role } = useUser();
  return (needed) => covers(role, needed);
}

export function Allowed({ role, children }: { role: Role; children: ReactNode }) {
  return useCan()(role) ? children : null;
}
