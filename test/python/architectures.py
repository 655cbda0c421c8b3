"""Real architectures with seeded weights, small: what the front-end tests export. `MODELS[name]()` gives the module, its arguments, and
which of their sizes may vary."""

import torch
import torch.nn.functional as F
from torch import nn

BATCH = torch.export.Dim("batch", min=2, max=64)
SEQUENCE = torch.export.Dim("sequence", min=2, max=60)
TARGET = torch.export.Dim("target", min=2, max=60)
PAST = torch.export.Dim("past", min=2, max=60)


def image(size=32, batch=2):
    return torch.randn(batch, 3, size, size)


def seeded(build):
    def model():
        torch.manual_seed(0)
        module, args, dynamic = build()
        return spread(module.eval()), args, dynamic

    return model


def spread(module):
    """Statistics as training leaves them: fresh ones, 0 and 1, would hide an operand that is mixed up."""
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.running_mean.normal_(0, 0.2)
            part.running_var.uniform_(0.5, 1.5)
            part.weight.data.uniform_(0.5, 1.5)
            part.bias.data.normal_(0, 0.2)
        if isinstance(part, nn.Linear) and not part.weight.any():  # a head that starts at zero would hide all before it
            part.weight.data.normal_(0, 0.2)
    return module


def vision(name, size=32, **arguments):
    def build():
        import torchvision

        return getattr(torchvision.models, name)(weights=None, **arguments), (image(size),), ({0: BATCH},)

    return seeded(build)


class Output(nn.Module):
    """A transformers model by position, with its tensors as results."""

    def __init__(self, model, *names, **fixed):
        super().__init__()
        self.model, self.names, self.fixed = model, names, fixed

    def forward(self, *args):
        return self.model(**dict(zip(self.names, args, strict=True)), **self.fixed, return_dict=False)[0]


def tokens(batch=2, length=7, vocabulary=99):
    return torch.randint(0, vocabulary, (batch, length))


def mask(batch=2, length=7):
    """Padding at the end of every row but the first."""
    return (torch.arange(length) < torch.arange(length, length - batch, -1)[:, None]).long()


def transformer(kind, names, args, dynamic, fixed=None, part=None, **config):
    def build():
        import transformers

        settings = getattr(transformers, kind + "Config")(**config)
        model = getattr(transformers, part or kind + "Model")(settings)
        return Output(model, *names, **(fixed or {})), args(), dynamic

    return seeded(build)


LAYERS = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37}
SMALL = {"vocab_size": 99, "max_position_embeddings": 64, **LAYERS}
GPT2 = {"vocab_size": 99, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64}
T5 = {"vocab_size": 99, "d_model": 32, "d_kv": 8, "d_ff": 37, "num_layers": 2, "num_heads": 4}
TEXT = ({0: BATCH, 1: SEQUENCE},)


class Recurrent(nn.Module):
    def __init__(self, kind, **arguments):
        super().__init__()
        self.recurrent = kind(6, 5, batch_first=True, **arguments)

    def forward(self, x):
        return self.recurrent(x)


class UNetBlock(nn.Module):
    """Down, middle with attention, up: the parts of a diffusion model's network."""

    def __init__(self, channels=8):
        super().__init__()
        self.first = nn.Sequential(nn.GroupNorm(4, channels), nn.SiLU(), nn.Conv2d(channels, channels, 3, padding=1))
        self.down = nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1)
        self.norm = nn.GroupNorm(4, 2 * channels)
        self.qkv, self.out = nn.Conv2d(2 * channels, 6 * channels, 1), nn.Conv2d(2 * channels, 2 * channels, 1)
        self.up = nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1)
        self.last = nn.Conv2d(2 * channels, 3, 3, padding=1)

    def forward(self, x):
        skip = x + self.first(x)
        y = self.down(skip)
        b, c, h, w = y.shape
        q, k, v = self.qkv(self.norm(y)).reshape(b, 3, c, h * w).unbind(1)
        attended = F.scaled_dot_product_attention(*(t.transpose(1, 2).reshape(b, h * w, 2, c // 2).transpose(1, 2) for t in (q, k, v)))
        y = y + self.out(attended.transpose(1, 2).reshape(b, h * w, c).transpose(1, 2).reshape(b, c, h, w))
        y = self.up(y) + F.interpolate(y[:, : c // 2], scale_factor=2.0, mode="nearest")
        return self.last(torch.cat([y, skip], 1))


def recurrent(kind, **arguments):
    # torch.export fixes the length of the sequence: "Constraints violated (sequence)".
    return seeded(lambda: (Recurrent(kind, **arguments), (torch.randn(2, 7, 6),), ({0: BATCH},)))


# Every classification model of torchvision: the smallest member of each family, and the others.
FAMILIES = {
    "alexnet": (),
    "convnext_tiny": ("convnext_small", "convnext_base", "convnext_large"),
    "densenet121": ("densenet161", "densenet169", "densenet201"),
    "efficientnet_b0": tuple(f"efficientnet_b{i}" for i in range(1, 8)),
    "efficientnet_v2_s": ("efficientnet_v2_m", "efficientnet_v2_l"),
    "googlenet": (),
    "inception_v3": (),
    "maxvit_t": (),
    "mnasnet0_5": ("mnasnet0_75", "mnasnet1_0", "mnasnet1_3"),
    "mobilenet_v2": (),
    "mobilenet_v3_small": ("mobilenet_v3_large",),
    "regnet_x_400mf": tuple(f"regnet_x_{size}" for size in ("800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf")),
    "regnet_y_400mf": tuple(f"regnet_y_{size}" for size in ("800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf", "128gf")),
    "resnet18": ("resnet34", "resnet50", "resnet101", "resnet152"),
    "resnext50_32x4d": ("resnext101_32x8d", "resnext101_64x4d"),
    "shufflenet_v2_x0_5": ("shufflenet_v2_x1_0", "shufflenet_v2_x1_5", "shufflenet_v2_x2_0"),
    "squeezenet1_1": ("squeezenet1_0",),
    "swin_t": ("swin_s", "swin_b"),
    "swin_v2_t": ("swin_v2_s", "swin_v2_b"),
    "vgg11": ("vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"),
    "vit_b_16": ("vit_b_32", "vit_l_16", "vit_l_32", "vit_h_14"),
    "wide_resnet50_2": ("wide_resnet101_2",),
}
OTHERS = [other for others in FAMILIES.values() for other in others]
LARGE = {"convnext_large", "regnet_y_128gf", "vit_h_14", "vit_l_16", "vit_l_32"}  # more than 150 M parameters
# 80 MB to 800 MB of weights, or more than 0.3 GFLOP a call: the interpreter's plain loops would take minutes.
NOT_INTERPRETED = {"inception_v3", "maxvit_t", "vit_b_16", "vgg11", "wide_resnet50_2", "alexnet", *OTHERS}
# The smallest image that a model takes, of those whose last windows see more than padding: 32, but of these.
SIZES = {
    "alexnet": 64,
    "inception_v3": 75,
    "maxvit_t": 224,
    "mobilenet_v2": 64,
    "resnet18": 64,
    "vit_h_14": 28,
    "vit_b_32": 64,
    "vit_l_32": 64,
}


def arguments_of(name):
    if name.startswith("vit"):
        return {"image_size": SIZES.get(name, 32)}
    return {"init_weights": False, "aux_logits": False} if name in ("googlenet", "inception_v3") else {}


class Decode(nn.Module):
    """One step of a language model: new tokens and the keys and values of those before; logits and all keys and values."""

    def __init__(self, model, layers=2):
        super().__init__()
        self.model, self.layers = model, layers

    def forward(self, input_ids, *past):
        from transformers import DynamicCache

        cache = DynamicCache(list(zip(past[::2], past[1::2], strict=True)))
        logits = self.model(input_ids=input_ids, past_key_values=cache, use_cache=True).logits
        return logits, [tensor for layer in cache.layers for tensor in (layer.keys, layer.values)]


def decode(kind, heads, **config):
    def build():
        import transformers

        model = getattr(transformers, part[kind])(getattr(transformers, kind + "Config")(**config))
        past = [torch.randn(2, heads, 5, 8) for _ in range(4)]
        return Decode(model), (tokens(length=1), *past), ({0: BATCH}, *[{0: BATCH, 2: PAST} for _ in past])

    part = {"GPT2": "GPT2LMHeadModel", "Llama": "LlamaForCausalLM"}
    return seeded(build)


class Cond(nn.Module):
    def forward(self, x, y):
        return torch.cond(x.sum() > 0, lambda x, y: (x + y, x.sin()), lambda x, y: (x - y, y.cos()), (x, y))


class While(nn.Module):
    """Newton's square roots, until all are good enough."""

    def forward(self, x):
        def is_rough(steps, root):
            return torch.logical_and(steps < 20, ((root * root - x).abs() > 1e-3).any())

        def improve(steps, root):
            return steps + 1, 0.5 * (root + x / root)

        return torch.while_loop(is_rough, improve, (torch.zeros((), dtype=torch.int64), torch.ones_like(x)))


class Scan(nn.Module):
    def forward(self, x, decay):
        from torch._higher_order_ops.scan import scan

        return scan(lambda state, row: (state * decay + row, (state * row).tanh()), torch.zeros_like(x[0]), x)


class Map(nn.Module):
    def forward(self, x, weight):
        from torch._higher_order_ops.map import map

        return map(lambda row, weight: torch.relu(row @ weight), x, weight)


def small(module, *args, dynamic):
    return seeded(lambda: (module(), tuple(make() for make in args), dynamic))


def rows(*sizes):
    return lambda: torch.rand(*sizes) + 0.5


MODELS = {
    **{name: vision(name, SIZES.get(name, 32), **arguments_of(name)) for name in (*FAMILIES, *OTHERS)},
    "bert": transformer(
        "Bert", ["input_ids", "attention_mask"], lambda: (tokens(), mask()), ({0: BATCH, 1: SEQUENCE}, {0: BATCH, 1: SEQUENCE}), **SMALL
    ),
    "gpt2": transformer("GPT2", ["input_ids"], lambda: (tokens(),), TEXT, {"use_cache": False}, **GPT2),
    "gpt2_decode": decode("GPT2", 4, **GPT2),
    "llama": transformer(
        "Llama", ["input_ids"], lambda: (tokens(),), TEXT, {"use_cache": False}, part="LlamaForCausalLM", num_key_value_heads=2, **SMALL
    ),
    "llama_decode": decode("Llama", 2, num_key_value_heads=2, **SMALL),
    "t5": transformer(
        "T5",
        ["input_ids", "decoder_input_ids"],
        lambda: (tokens(), tokens(length=5)),
        ({0: BATCH, 1: SEQUENCE}, {0: BATCH, 1: TARGET}),
        {"use_cache": False},
        **T5,
    ),
    "t5_encoder": transformer("T5", ["input_ids"], lambda: (tokens(),), TEXT, part="T5EncoderModel", **T5),
    "lstm": recurrent(nn.LSTM, num_layers=2),
    "gru": recurrent(nn.GRU, num_layers=2, bidirectional=True),
    "unet": seeded(lambda: (UNetBlock(), (torch.randn(2, 8, 8, 8),), ({0: BATCH},))),
    "cond": small(Cond, rows(2, 3), rows(2, 3), dynamic=({0: BATCH}, {0: BATCH})),
    "while_loop": small(While, rows(2, 3), dynamic=({0: BATCH},)),
    "scan": small(Scan, rows(7, 2, 3), rows(3), dynamic=({0: SEQUENCE, 1: BATCH}, None)),
    "map": small(Map, rows(7, 2, 3), rows(3, 4), dynamic=({0: SEQUENCE, 1: BATCH}, None)),
}


def whisper():
    import transformers

    layers = {"d_model": 32, "encoder_layers": 2, "encoder_attention_heads": 4, "encoder_ffn_dim": 37, "decoder_layers": 1}
    special = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1}
    config = transformers.WhisperConfig(vocab_size=99, num_mel_bins=8, max_source_positions=16, **layers, **special)
    return (
        Output(transformers.models.whisper.modeling_whisper.WhisperEncoder(config), "input_features"),
        (torch.randn(2, 8, 32),),
        ({0: BATCH},),
    )


def clip():
    import transformers

    text = {**SMALL, "eos_token_id": 98, "pad_token_id": 1, "bos_token_id": 0}
    view = {**LAYERS, "image_size": 32, "patch_size": 16}
    model = transformers.CLIPModel(transformers.CLIPConfig(text_config=text, vision_config=view, projection_dim=16))
    return Output(model, "input_ids", "pixel_values"), (tokens(), image()), ({0: BATCH, 1: SEQUENCE}, {0: BATCH})


MODELS.update(whisper=seeded(whisper), clip=seeded(clip))
