// The document around the peer's pages.
export const metadata = { title: "Client portal" };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
