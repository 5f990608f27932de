"""What is drawn, and when."""

from unittest import mock

from appliance import config
from appliance.printing.drawing import Drawing
from hardware.printers.models import PLAIN_PRINTER, model_of
from tests.printing.night import KITCHEN


def test_each_model_is_warm_before_its_first_chit() -> None:
    models = [PLAIN_PRINTER, PLAIN_PRINTER, model_of("TM-T88V")]
    with mock.patch("appliance.printing.drawing.encode") as encode:
        drawing = Drawing(config.parse(KITCHEN, "test configuration"))
        drawing.warm_up(models)
        drawing.close()
    assert [call.args[1].name for call in encode.call_args_list] == ["plain", "TM-T88V"]
