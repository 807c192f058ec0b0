"""A part of a large network: the layers behind one number, cut to what it is made of."""

from cnncalc.part.cutting import cut_image, cut_network
from cnncalc.part.planning import PartPlan, part_depths, plan_part
from cnncalc.part.structure import Part, Shown

__all__ = ["Part", "PartPlan", "Shown", "cut_image", "cut_network", "part_depths", "plan_part"]
