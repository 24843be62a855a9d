// A settings page of an agency: one narrow column with the dashboard's left edge, or the whole width beside a preview.
import { DashboardLayout, type DashboardLayoutProps } from "./dashboard.layout.tsx";
import type { SettingsItem } from "./dashboard.sidebar.tsx";

export type SettingsLayoutProps = Omit<DashboardLayoutProps, "narrow" | "current"> & {
  current: SettingsItem;
  wide?: boolean | undefined;
};

export function SettingsLayout({ wide, ...props }: SettingsLayoutProps) {
  return <DashboardLayout {...props} narrow={!wide} />;
}
