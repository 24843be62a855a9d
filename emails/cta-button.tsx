/** @jsxImportSource react */
// The one button of an e-mail: a styled link in a table cell; Outlook draws the cell, every other client the link.

import type { TemplateBrand } from "./types.ts";

/** jsx-email's own Button writes its label unescaped into an Outlook comment, so a name could inject HTML; this one cannot. */
export function CtaButton({ brand, href, children }: { brand: TemplateBrand; href: string; children: string }) {
  const { brand: ground, onBrand, edge } = brand.palette;
  return (
    <tr>
      <td className="cell" style={{ padding: "28px 44px 0 44px" }}>
        <table role="presentation" cellPadding="0" cellSpacing="0" border={0}>
          <tbody>
            <tr>
              <td align="center" {...{ bgcolor: ground }} style={{ borderRadius: "9px", backgroundColor: ground }}>
                <a
                  className="btn"
                  href={href}
                  style={{
                    display: "inline-block",
                    padding: "13px 25px",
                    border: `1px solid ${edge}`,
                    color: onBrand,
                    backgroundColor: ground,
                    borderRadius: "9px",
                    fontFamily: "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
                    fontSize: "16px",
                    lineHeight: "20px",
                    fontWeight: 600,
                    textDecoration: "none",
                  }}
                >
                  {children}
                </a>
              </td>
            </tr>
          </tbody>
        </table>
      </td>
    </tr>
  );
}
