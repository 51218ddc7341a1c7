"""Objects of standard MIBs that name a device whatever its vendor."""

from domain.identification.sources import AnySource, Value

UPS_MODEL = Value("upsIdentModel", "1.3.6.1.2.1.33.1.1.2.0")
"""UPS-MIB, RFC 1628."""
PRINTER_SERIAL = Value("prtGeneralSerialNumber.1", "1.3.6.1.2.1.43.5.1.1.17.1")
"""Printer-MIB, RFC 3805."""
PRINTER_DEVICE = Value("hrDeviceDescr.1", "1.3.6.1.2.1.25.3.2.1.3.1")
"""HOST-RESOURCES-MIB, RFC 2790; a printer is its own first device (RFC 3805, 2.2)."""

VENDOR: tuple[AnySource, ...] = (
    Value("lldpXMedLocMfgName", "1.0.8802.1.1.2.1.5.4795.1.2.6.0"),
    Value("upsIdentManufacturer", "1.3.6.1.2.1.33.1.1.1.0"),
)
MODEL: tuple[AnySource, ...] = (
    Value("lldpXMedLocModelName", "1.0.8802.1.1.2.1.5.4795.1.2.7.0"),
    UPS_MODEL,
)
VERSION: tuple[AnySource, ...] = (
    Value("lldpXMedLocSoftwareRev", "1.0.8802.1.1.2.1.5.4795.1.2.4.0"),
    Value("docsDevSwCurrentVers", "1.3.6.1.2.1.69.1.3.5.0"),
    Value("upsIdentUPSSoftwareVersion", "1.3.6.1.2.1.33.1.1.3.0"),
    Value("upsIdentAgentSoftwareVersion", "1.3.6.1.2.1.33.1.1.4.0"),
)
SERIAL: tuple[AnySource, ...] = (
    Value("lldpXMedLocSerialNum", "1.0.8802.1.1.2.1.5.4795.1.2.5.0"),
    Value("docsDevSerialNumber", "1.3.6.1.2.1.69.1.1.4.0"),
    PRINTER_SERIAL,
)
"""LLDP-EXT-MED-MIB (ANSI/TIA-1057), DOCS-CABLE-DEVICE-MIB (RFC 4639), UPS-MIB, Printer-MIB."""

TYPES: tuple[tuple[AnySource, str], ...] = ((UPS_MODEL, "ups"), (PRINTER_SERIAL, "printer"))
EVERYWHERE: tuple[AnySource, ...] = (*VENDOR, *MODEL, *VERSION, *SERIAL, PRINTER_DEVICE)
