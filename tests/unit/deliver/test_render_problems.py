"""What is wrong with a draft, all of it at once."""

from tieline.deliver.render import problems


def test_every_fault_of_a_draft_is_named_with_its_place():
    draft = [{"type": "text", "text": ""}, {"type": "image", "originalContentUrl": "http://x.test/a.png"}]

    places = [one.pointer for one in problems(draft)]

    assert places == ["/0/text", "/1/originalContentUrl", "/1/previewImageUrl"]


def test_a_template_that_does_not_compile_hides_no_other_fault():
    draft = [{"type": "text", "text": "{{ name"}, {"type": "text", "text": ""}]

    places = [one.pointer for one in problems(draft)]

    assert places == ["/0/text", "/1/text"]
