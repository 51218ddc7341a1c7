"""Switch platforms that many makers sell under their own name, with the same MIB below their own enterprise."""

from domain.identification.sources import AnySource, Value


def radlan_serial(base: str) -> tuple[AnySource, ...]:
    """rlPhdUnitGenParamSerialNum of the first unit (RADLAN-Physicaldescription-MIB) below base.53.14.1."""
    return (Value("rlPhdUnitGenParamSerialNum.1", f"{base}.53.14.1.5.1"),)


def radlan_version(base: str) -> tuple[AnySource, ...]:
    """rlPhdUnitGenParamSoftwareVersion, else rndBrgVersion (RADLAN-MIB)."""
    return (
        Value("rlPhdUnitGenParamSoftwareVersion.1", f"{base}.53.14.1.2.1"),
        Value("rndBrgVersion", f"{base}.2.4.0"),
    )


def radlan_model(base: str) -> tuple[AnySource, ...]:
    """rlPhdUnitGenParamModelName."""
    return (
        Value("rlPhdUnitGenParamModelName.1", f"{base}.53.14.1.11.1"),
        Value("rlPhdUnitGenParamModelName.1", f"{base}.53.14.1.7.1"),
    )


def fastpath_model(base: str) -> tuple[AnySource, ...]:
    """agentInventoryMachineModel (FASTPATH-SWITCHING-MIB), base is agentInventoryGroup."""
    return (
        Value("agentInventoryMachineModel", f"{base}.3.0"),
        Value("agentInventoryMachineType", f"{base}.2.0"),
    )


def fastpath_serial(base: str) -> tuple[AnySource, ...]:
    """agentInventorySerialNumber."""
    return (Value("agentInventorySerialNumber", f"{base}.4.0"),)


def fastpath_version(base: str) -> tuple[AnySource, ...]:
    """agentInventorySoftwareVersion."""
    return (Value("agentInventorySoftwareVersion", f"{base}.13.0"),)
